-- Every saved query by name, at most $1.
SELECT name, owner, sql, description, created_at, changed_at FROM saved_queries ORDER BY name LIMIT $1;
