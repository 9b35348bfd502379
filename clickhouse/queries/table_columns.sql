-- Question: the tables of a database and what their columns mean?
-- Parameters: database
-- Reads: system
SELECT
    tables.name AS table_name,
    tables.comment AS table_comment,
    tables.sorting_key AS sorted_by,
    columns.name AS column_name,
    columns.type AS column_type,
    columns.comment AS column_comment
FROM system.tables AS tables
INNER JOIN system.columns AS columns ON columns.database = tables.database AND columns.table = tables.name
WHERE tables.database = {database:String} AND tables.engine LIKE '%MergeTree' AND tables.name != 'schema_migrations'
ORDER BY table_name != 'raw_events', table_name, columns.position
