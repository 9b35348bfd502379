-- Question: the names a person may want to write in a statement: tables, their columns, functions?
-- Parameters: database
-- Reads: system
SELECT name FROM system.tables WHERE database = {database:String}
UNION DISTINCT
SELECT name FROM system.columns WHERE database = {database:String}
UNION DISTINCT
SELECT name FROM system.functions
ORDER BY name
LIMIT 10000
