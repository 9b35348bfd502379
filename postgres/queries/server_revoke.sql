-- Revoke a game server: neither key of it is accepted any more.
-- $1 server id
-- Writes: servers

UPDATE servers
SET revoked_at = now(), previous_token_sha256 = NULL, previous_valid_until = NULL
WHERE id = $1 AND revoked_at IS NULL
RETURNING id
