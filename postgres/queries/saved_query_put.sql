-- Keep a query under a name; no row when the name is another analyst's.
-- $1 name, $2 owner, $3 sql, $4 description. Writes: saved_queries

INSERT INTO saved_queries (name, owner, sql, description) VALUES ($1, $2, $3, $4)
ON CONFLICT (name) DO UPDATE SET sql = excluded.sql, description = excluded.description, changed_at = now()
WHERE saved_queries.owner = excluded.owner
RETURNING name, owner, sql, description, created_at, changed_at;
