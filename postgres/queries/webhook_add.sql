-- Register a webhook.
-- $1 name, $2 form, $3 url, $4 secret, $5 events
-- Writes: webhooks

INSERT INTO webhooks (name, form, url, secret, events)
VALUES ($1, $2, $3, $4, $5)
RETURNING id
