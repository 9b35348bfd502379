-- Question: how many raw events of these matches are still there?
-- Parameters: game; server_ids; match_ids (of these servers); from_time, to_time (their first and last event)
-- Reads: raw_events
SELECT toString(match_id) AS match, count() AS raw_count
FROM raw_events
WHERE game = {game:String} AND server_id IN {server_ids:Array(String)} AND match_id IN {match_ids:Array(UUID)}
    AND event_time >= {from_time:DateTime64(3, 'UTC')} AND event_time <= {to_time:DateTime64(3, 'UTC')}
GROUP BY match
