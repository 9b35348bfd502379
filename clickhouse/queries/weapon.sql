-- Question: what was done with a weapon, by how many, how far?
-- Parameters: game; weapon (as received)
-- Reads: weapon_player_days
SELECT
    sum(kills) AS kills,
    sum(headshots) AS headshots,
    sum(deaths) AS deaths,
    sum(shots_fired) AS shots_fired,
    sum(shots_hit) AS shots_hit,
    sum(damage_dealt) AS damage,
    uniqExactIf(player_guid, last_used > toDateTime64(0, 3, 'UTC')) AS unique_users,
    max(last_used) AS last_used_at,
    sum(kill_distance) AS kill_distance_sum,
    sum(distance_kills) AS distance_kill_count
FROM weapon_player_days
WHERE game = {game:String} AND weapon = {weapon:String}
