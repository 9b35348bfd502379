-- Question: as maps.sql, of one server or game type, or from hour to hour?
-- Parameters: game; map_name, server_id, gametype (empty = all); bounded (0: of all time); from_time, to_time (excluded); shows (of `figures`, `players`: what is told besides kills and matches); rows_max
-- Reads: match_players
SELECT
    map_name,
    sum(kills) AS kills,
    /* if shows: figures */ sum(deaths) AS deaths,
    /* if shows: figures */ sum(headshots) AS headshots,
    /* if shows: players */ sum(distance_kills) AS distance_kill_count,
    /* if shows: players */ sum(kill_distance) AS kill_distance_sum,
    /* if shows: players */ uniqExact(player_guid) AS unique_players,
    uniqExact(match_id) AS total_matches
FROM match_players
WHERE game = {game:String} AND map_name != ''
    /* if bounded */ AND hour >= {from_time:DateTime('UTC')} AND hour < {to_time:DateTime('UTC')}
    /* if map_name */ AND map_name = {map_name:String}
    /* if server_id */ AND server_id = {server_id:String}
    /* if gametype */ AND gametype = {gametype:String}
GROUP BY map_name
ORDER BY total_matches DESC, kills DESC, map_name
LIMIT {rows_max:UInt32}
