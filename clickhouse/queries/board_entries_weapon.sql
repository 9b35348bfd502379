-- Question: what did these players do with a weapon in a scope?
-- Parameters: those of shared/weapon_stats.sql, guids at most 100
-- Reads: weapon_player_days, raw_events
SELECT *
FROM
(
    /* include shared/weapon_stats.sql */
)
