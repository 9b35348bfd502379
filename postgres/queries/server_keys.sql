-- Every key accepted now or later: SHA-256 (hex), its server, and until when (null = no end).
-- Reads: servers

SELECT token_sha256, id, NULL::timestamptz AS valid_until
FROM servers
WHERE revoked_at IS NULL
UNION ALL
SELECT previous_token_sha256, id, previous_valid_until
FROM servers
WHERE revoked_at IS NULL AND previous_valid_until > now()
