-- Question: what was done with each weapon on the days of a period?
-- Parameters: game; bounded (0: of all time); from_day, to_day (excluded); rows_max
-- Reads: weapon_days
SELECT
    weapon,
    sum(weapon_days.kills) AS kills,
    sum(weapon_days.headshots) AS headshots,
    sum(weapon_days.deaths) AS deaths,
    sum(weapon_days.shots_fired) AS shots_fired,
    sum(weapon_days.shots_hit) AS shots_hit,
    sum(damage_dealt) AS damage,
    sum(kill_distance) AS kill_distance_sum,
    sum(distance_kills) AS distance_kill_count
FROM weapon_days
WHERE game = {game:String}
    /* if bounded */ AND day >= {from_day:Date} AND day < {to_day:Date}
GROUP BY weapon
ORDER BY kills DESC, shots_fired DESC, weapon
LIMIT {rows_max:UInt32}
