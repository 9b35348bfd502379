-- Question: the matches anybody was seen in, newest first; those that began in a period, after a place in the list?
-- Parameters: game; from_time, to_time (excluded: when it began); server_id, map_name, gametype, player_guid (empty = any);
--   before_ms, before_id (when the last match of the page before began, Unix ms, and its id; 0 = from the first); page_rows; skip_rows
-- Reads: match_summaries
WITH newest AS
(
    SELECT match_id, min(first_event) AS began_at
    FROM match_summaries
    WHERE game = {game:String}
    GROUP BY match_id
    HAVING max(notEmpty(players))
        AND began_at >= {from_time:DateTime('UTC')} AND began_at < {to_time:DateTime('UTC')}
        /* if server_id */ AND max(server_id) = {server_id:String}
        /* if map_name */ AND max(map_name) = {map_name:String}
        /* if gametype */ AND max(gametype) = {gametype:String}
        /* if player_guid */ AND max(has(players, {player_guid:String}))
        AND ({before_ms:Int64} = 0 OR toUnixTimestamp64Milli(began_at) < {before_ms:Int64}
            OR (toUnixTimestamp64Milli(began_at) = {before_ms:Int64} AND match_id > {before_id:UUID}))
    ORDER BY began_at DESC, match_id
    LIMIT {page_rows:UInt32} OFFSET {skip_rows:UInt64}
)
SELECT
    toString(match_id) AS match,
    max(match_wire_id) AS wire_id,
    max(server_id) AS server,
    max(map_name) AS map,
    max(gametype) AS game_type,
    min(first_event) AS started_at,
    max(last_event) AS last_event_at,
    max(ended_at) AS said_ended_at,
    sum(kills) AS total_kills,
    length(groupUniqArrayArray(players)) AS player_count,
    greatest(max(max_players), 0) AS places,
    argMaxMerge(winning_team) AS winner,
    argMaxMerge(allies_score) AS allies,
    argMaxMerge(axis_score) AS axis
FROM match_summaries
WHERE game = {game:String} AND match_id IN (SELECT match_id FROM newest)
GROUP BY match_id
ORDER BY started_at DESC, match_id
