-- Every webhook, with what it was told and what it refused.
-- Reads: webhooks, webhook_deliveries

SELECT id, name, form, url, secret, events, created_at,
    (SELECT count(*) FROM webhook_deliveries WHERE webhook_id = id AND delivered_at IS NOT NULL) AS delivered,
    (SELECT count(*) FROM webhook_deliveries WHERE webhook_id = id AND refused <> '') AS refused
FROM webhooks
ORDER BY name
