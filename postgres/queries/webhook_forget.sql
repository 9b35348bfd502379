-- Drop what was told a month ago: a match that old is told to nobody again.
-- Writes: webhook_deliveries

DELETE FROM webhook_deliveries WHERE created_at < now() - interval '30 days'
