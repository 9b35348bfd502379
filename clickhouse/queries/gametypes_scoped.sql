-- Question: as gametypes.sql, of one server or map, or from hour to hour?
-- Parameters: game; one (1 = only `gametype`, which may be empty: unknown); gametype; map_name, server_id (empty = all);
--   bounded (0: of all time); from_time, to_time (excluded)
-- Reads: match_players
SELECT
    gametype,
    sum(kills) AS kills,
    sum(deaths) AS deaths,
    sum(headshots) AS headshots,
    uniqExact(player_guid) AS unique_players,
    uniqExact(match_id) AS total_matches,
    uniqExactIf(map_name, map_name != '') AS map_count
FROM match_players
WHERE game = {game:String}
    /* if one */ AND gametype = {gametype:String}
    /* if bounded */ AND hour >= {from_time:DateTime('UTC')} AND hour < {to_time:DateTime('UTC')}
    /* if map_name */ AND map_name = {map_name:String}
    /* if server_id */ AND server_id = {server_id:String}
GROUP BY gametype
ORDER BY total_matches DESC, kills DESC, gametype
