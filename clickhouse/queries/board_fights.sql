-- Question: how did these players fight in a scope: what boards of a map, a game type or a part of the day show of them?
-- Parameters: those of shared/counted_hours.sql and shared/counted_days.sql; source (days, hours), guids at most 100
-- Reads: player_days, match_players
SELECT
    player_guid,
    sum(kills) AS kills,
    sum(deaths) AS deaths,
    sum(headshots) AS headshots,
    sum(shots_fired) AS shots_fired,
    sum(shots_hit) AS shots_hit,
    sum(damage_dealt) AS damage
/* include shared/counted_{source}.sql */
GROUP BY player_guid
