-- Which columns raw_events has now: compared with those that rows are made for before rows are called bad.
-- Reads: system.columns.
SELECT
    name,
    type
FROM system.columns
WHERE database = currentDatabase() AND table = 'raw_events'
