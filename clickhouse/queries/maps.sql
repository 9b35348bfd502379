-- Question: what happened on each map (`map_name` given: on this one) on the days of a period?
-- Parameters: game; map_name (empty = all); from_day, to_day (excluded); rows_max
-- Reads: map_days
SELECT
    map_name,
    sum(kills) AS kills,
    sum(bot_kills) AS bot_kills,
    sum(deaths) AS deaths,
    sum(headshots) AS headshots,
    sum(distance_kills) AS distance_kill_count,
    sum(kill_distance) AS kill_distance_sum,
    uniqExactMerge(players) AS unique_players,
    uniqExactMerge(matches) AS total_matches
FROM map_days
WHERE game = {game:String}
    /* if map_name */ AND map_name = {map_name:String}
    AND day >= {from_day:Date} AND day < {to_day:Date}
GROUP BY map_name
ORDER BY total_matches DESC, kills DESC, map_name
LIMIT {rows_max:UInt32}
