-- Question: as maps.sql, of one server or game type, or from hour to hour?
-- Parameters: game; map_name, server_id, gametype (empty = all); from_time, to_time (excluded); rows_max
-- Reads: match_players
SELECT
    map_name,
    sum(kills) AS kills,
    sum(bot_kills) AS bot_kills,
    sum(deaths) AS deaths,
    sum(headshots) AS headshots,
    sum(distance_kills) AS distance_kill_count,
    sum(kill_distance) AS kill_distance_sum,
    uniqExact(player_guid) AS unique_players,
    uniqExact(match_id) AS total_matches
FROM match_players
WHERE game = {game:String} AND map_name != ''
    AND hour >= {from_time:DateTime('UTC')} AND hour < {to_time:DateTime('UTC')}
    /* if map_name */ AND map_name = {map_name:String}
    /* if server_id */ AND server_id = {server_id:String}
    /* if gametype */ AND gametype = {gametype:String}
GROUP BY map_name
ORDER BY total_matches DESC, kills DESC, map_name
LIMIT {rows_max:UInt32}
