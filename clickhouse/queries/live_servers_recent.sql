-- Question: when did each server send something lately, and was it that it shuts down?
-- Parameters: since (some minutes ago)
-- Reads: raw_events
SELECT
    server_id,
    toUnixTimestamp64Milli(max(received_at)) AS last_ms,
    argMax(event_type, (received_at, batch_id, batch_row)) = 'server_shutdown' AS down
FROM raw_events
WHERE received_at >= {since:DateTime64(3, 'UTC')} AND event_time >= {since:DateTime64(3, 'UTC')} - INTERVAL 1 DAY
GROUP BY server_id
