-- Question: what was done with each weapon on the days of a period?
-- Parameters: game; from_day, to_day (excluded); rows_max
-- Reads: weapon_player_days
SELECT
    weapon,
    sum(kills) AS kills,
    sum(headshots) AS headshots,
    sum(deaths) AS deaths,
    sum(shots_fired) AS shots_fired,
    sum(shots_hit) AS shots_hit,
    sum(damage_dealt) AS damage,
    sum(kill_distance) AS kill_distance_sum,
    sum(distance_kills) AS distance_kill_count
FROM weapon_player_days
WHERE game = {game:String} AND day >= {from_day:Date} AND day < {to_day:Date}
GROUP BY weapon
ORDER BY kills DESC, shots_fired DESC, weapon
LIMIT {rows_max:UInt32}
