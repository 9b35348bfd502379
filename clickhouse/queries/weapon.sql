-- Question: what was done with a weapon on the days of a period, how far, when last?
-- Parameters: game; weapons (every name it was received under); bounded (0: of all time); from_day, to_day (excluded)
-- Reads: weapon_days
SELECT
    sum(kills) AS kills,
    sum(headshots) AS headshots,
    sum(deaths) AS deaths,
    sum(shots_fired) AS shots_fired,
    sum(shots_hit) AS shots_hit,
    sum(damage_dealt) AS damage,
    max(last_used) AS last_used_at,
    sum(kill_distance) AS kill_distance_sum,
    sum(distance_kills) AS distance_kill_count,
    max(kill_distance_max) AS longest_kill
FROM weapon_days
WHERE game = {game:String} AND weapon IN {weapons:Array(String)}
    /* if bounded */ AND day >= {from_day:Date} AND day < {to_day:Date}
