-- Forget a webhook and what it was told.
-- $1 name
-- Writes: webhooks

DELETE FROM webhooks WHERE name = $1 RETURNING id
