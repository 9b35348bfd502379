-- Question: which columns raw_events has now, to be compared with those that rows are made for before rows are called bad?
-- Parameters: none
-- Reads: system
SELECT
    name,
    type
FROM system.columns
WHERE database = currentDatabase() AND table = 'raw_events'
