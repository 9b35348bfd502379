-- Question: which of these event ids did this server send before, in another spool segment?
-- Parameters: server_id; event_ids: at most 20,000; segment: token of the segment being assembled, whose own
--   rows (stored before a crash) must not count as earlier ones.
-- Reads: event_ids
SELECT DISTINCT event_id
FROM event_ids
WHERE server_id = {server_id:String}
  AND event_id IN {event_ids:Array(String)}
  AND NOT startsWith(batch_id, {segment:String})
