-- Question: which events of this server that arrived within these times are stored? By receive time and hash of their bytes.
-- Parameters: server_id; oldest, newest: receive times, both included
-- Reads: raw_events
SELECT DISTINCT toUnixTimestamp64Milli(received_at) AS received_ms, xxh3(raw) AS raw_hash
FROM raw_events
WHERE server_id = {server_id:String}
  AND received_at >= {oldest:DateTime64(3, 'UTC')}
  AND received_at <= {newest:DateTime64(3, 'UTC')}
