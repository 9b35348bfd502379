-- Register a game server.
-- $1 name, $2 SHA-256 of its key (hex), $3 address, $4 port, $5 region, $6 country, $7 description, $8 max players, $9 is official
-- Writes: servers

INSERT INTO servers (name, token_sha256, address, port, region, country, description, max_players, is_official)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
RETURNING id
