-- Question: What do servers send, and how much of it?
-- Reads: raw_events
SELECT event_type, count() AS events, round(events / sum(events) OVER (), 4) AS share, uniqExact(server_id) AS servers
FROM raw_events
WHERE game = 'mohaa'
GROUP BY event_type
ORDER BY events DESC, event_type
LIMIT 200
