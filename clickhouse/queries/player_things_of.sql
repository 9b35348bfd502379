-- Question: what did these players use, pick up, enter, capture, say and fall from?
-- Parameters: game; guids (one person's, at most 100); dimensions (kinds of things); bounded (0: of all time);
--   from_time, to_time (begin of the match);
--   server_id, map_name, gametype (empty = any); rows_max (of each kind)
-- Reads: player_things
SELECT kind, thing, sum(uses) AS times, sum(hits) AS times_hit, sum(amount) AS total
FROM player_things FINAL
WHERE game = {game:String} AND player_guid IN {guids:Array(String)} AND kind IN {dimensions:Array(String)}
    /* if bounded */ AND began_at >= {from_time:DateTime64(3, 'UTC')} AND began_at < {to_time:DateTime64(3, 'UTC')}
    /* if server_id */ AND player_things.server_id = {server_id:String}
    /* if map_name */ AND player_things.map_name = {map_name:String}
    /* if gametype */ AND player_things.gametype = {gametype:String}
GROUP BY kind, thing
ORDER BY kind, times DESC, thing
LIMIT {rows_max:UInt32} BY kind
