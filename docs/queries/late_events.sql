-- Question: How late do events arrive (seconds between happening and arrival)?
-- Reads: raw_events
SELECT
    server_id, count() AS events,
    arrayMap(s -> round(s, 2), quantiles(0.5, 0.99)(dateDiff('millisecond', event_time, received_at) / 1000)) AS p50_p99_s
FROM raw_events
WHERE game = 'mohaa' AND time_source = 'unix'
GROUP BY server_id
ORDER BY events DESC, server_id
LIMIT 100
