-- Every saved query by name.
-- $1 most of them. Reads: saved_queries

SELECT name, owner, sql, description, created_at, changed_at FROM saved_queries ORDER BY name LIMIT $1;
