-- Question: every event of the time as it is stored, one row each?
-- Parameters: game; from_time; to_time
-- Reads: raw_events
SELECT * REPLACE (toString(match_id) AS match_id, toJSONString(attributes) AS attributes)
FROM raw_events
WHERE game = {game:String} AND event_time >= {from_time:DateTime64(3, 'UTC')} AND event_time < {to_time:DateTime64(3, 'UTC')}
ORDER BY server_id, event_time
