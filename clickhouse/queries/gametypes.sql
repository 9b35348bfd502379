-- Question: what happened in each game type (`gametype` given: in this one) on the days of a period?
-- Parameters: game; one (1 = only `gametype`, which may be empty: unknown); gametype; bounded (0: of all time); from_day, to_day (excluded)
-- Reads: gametype_days
SELECT
    gametype,
    sum(kills) AS kills,
    sum(deaths) AS deaths,
    sum(headshots) AS headshots,
    uniqExactMerge(players) AS unique_players,
    uniqExactMerge(matches) AS total_matches,
    uniqExactMerge(maps) AS map_count
FROM gametype_days
WHERE game = {game:String}
    /* if one */ AND gametype = {gametype:String}
    /* if bounded */ AND day >= {from_day:Date} AND day < {to_day:Date}
GROUP BY gametype
ORDER BY total_matches DESC, kills DESC, gametype
