-- Question: which players lead by what they did with a weapon in a scope: a page of them, or those around one of them?
-- Parameters: those of shared/weapon_stats.sql and shared/ranking.sql; stat, sample (columns of shared/weapon_stats.sql)
-- Reads: weapon_player_days, raw_events
WITH stats AS
(
    SELECT player_guid, toFloat64({stat:Identifier}) AS value, toFloat64({sample:Identifier}) AS sample
    FROM
    (
        /* include shared/weapon_stats.sql */
    )
    WHERE value > 0
)
/* include shared/ranking.sql */
