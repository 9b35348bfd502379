-- Note that the other side took it ($4 empty) or never will ($4 says why).
-- $1 webhook, $2 event, $3 subject, $4 reason
-- Writes: webhook_deliveries

UPDATE webhook_deliveries
SET delivered_at = CASE WHEN $4 = '' THEN now() END, refused = $4
WHERE webhook_id = $1 AND event = $2 AND subject = $3
