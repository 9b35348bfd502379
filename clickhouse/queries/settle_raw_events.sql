-- Question: how many raw events of these matches are still there?
-- Parameters: game; server_id; match_ids (of one server); from_time, to_time (their first and last event)
-- Reads: raw_events
SELECT toString(match_id) AS match, count() AS raw_count
FROM raw_events
WHERE game = {game:String} AND server_id = {server_id:String} AND match_id IN {match_ids:Array(UUID)}
    AND event_time >= {from_time:DateTime64(3, 'UTC')} AND event_time <= {to_time:DateTime64(3, 'UTC')}
GROUP BY match
