-- One saved query. $1 name.
SELECT name, owner, sql, description, created_at, changed_at FROM saved_queries WHERE name = $1;
