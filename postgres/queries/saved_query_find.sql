-- One saved query.
-- $1 name. Reads: saved_queries

SELECT name, owner, sql, description, created_at, changed_at FROM saved_queries WHERE name = $1;
