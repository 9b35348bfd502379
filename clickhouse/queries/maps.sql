-- Question: what happened on each map (`map_name` given: on this one) on the days of a period?
-- Parameters: game; map_name (empty = all); bounded (0: of all time); from_day, to_day (excluded); shows (of `figures`, `players`: what is told besides kills and matches); rows_max
-- Reads: map_days
SELECT
    map_name,
    sum(kills) AS kills,
    /* if shows: figures */ sum(deaths) AS deaths,
    /* if shows: figures */ sum(headshots) AS headshots,
    /* if shows: players */ sum(distance_kills) AS distance_kill_count,
    /* if shows: players */ sum(kill_distance) AS kill_distance_sum,
    /* if shows: players */ uniqExactMerge(players) AS unique_players,
    uniqExactMerge(matches) AS total_matches
FROM map_days
WHERE game = {game:String}
    /* if map_name */ AND map_name = {map_name:String}
    /* if bounded */ AND day >= {from_day:Date} AND day < {to_day:Date}
GROUP BY map_name
ORDER BY total_matches DESC, kills DESC, map_name
LIMIT {rows_max:UInt32}
