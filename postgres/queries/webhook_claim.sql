-- Note that a webhook is to be told of something; nothing when it was noted before.
-- $1 webhook, $2 event, $3 subject
-- Writes: webhook_deliveries

INSERT INTO webhook_deliveries (webhook_id, event, subject)
VALUES ($1, $2, $3)
ON CONFLICT DO NOTHING
RETURNING webhook_id
