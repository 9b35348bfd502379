-- Question: in which matches did something happen lately, and on which server?
-- Parameters: since (some minutes ago), oldest (events before it are history), limit_rows (matches at most)
-- Reads: raw_events
SELECT
    match_id,
    argMin(server_id, event_time) AS server_id
FROM raw_events
WHERE received_at >= {since:DateTime64(3, 'UTC')} AND event_time >= {oldest:DateTime64(3, 'UTC')}
GROUP BY match_id
ORDER BY max(event_time) DESC, match_id
LIMIT {limit_rows:UInt32}
