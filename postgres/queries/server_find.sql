-- The active game server with this id or name (names ignore case).
-- $1 id or name
-- Reads: servers

SELECT id, name
FROM servers
WHERE revoked_at IS NULL AND (id::text = $1 OR lower(name) = lower($1))
