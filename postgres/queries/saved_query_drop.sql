-- Drop a query of its owner.
-- $1 name, $2 owner. Writes: saved_queries

DELETE FROM saved_queries WHERE name = $1 AND owner = $2 RETURNING name;
