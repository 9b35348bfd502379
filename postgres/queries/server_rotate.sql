-- Give a game server a new key; the old one stays valid for a while.
-- $1 server id, $2 SHA-256 of the new key (hex), $3 grace period of the old key, seconds
-- Writes: servers

UPDATE servers
SET previous_token_sha256 = CASE WHEN $3::double precision > 0 THEN token_sha256 END,
    previous_valid_until = CASE WHEN $3::double precision > 0 THEN now() + make_interval(secs => $3) END,
    token_sha256 = $2,
    rotated_at = now()
WHERE id = $1 AND revoked_at IS NULL
RETURNING id
