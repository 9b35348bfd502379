-- Every registered game server, the revoked ones last.
-- Reads: servers

SELECT id, name, created_at, rotated_at, revoked_at, previous_valid_until,
       address, port, max_players, region, country, description, is_official
FROM servers
ORDER BY revoked_at IS NOT NULL, lower(name), created_at
