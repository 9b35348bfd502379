-- Game servers that may send events, and their keys.

CREATE TABLE servers (
    id                    uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    name                  text        NOT NULL CHECK (char_length(name) BETWEEN 1 AND 64),
    token_sha256          text        NOT NULL UNIQUE CHECK (token_sha256 ~ '^[0-9a-f]{64}$'),
    previous_token_sha256 text        UNIQUE CHECK (previous_token_sha256 ~ '^[0-9a-f]{64}$'),
    previous_valid_until  timestamptz,
    created_at            timestamptz NOT NULL DEFAULT now(),
    rotated_at            timestamptz,
    revoked_at            timestamptz,
    address               text        NOT NULL DEFAULT '',
    port                  integer     NOT NULL DEFAULT 0 CHECK (port BETWEEN 0 AND 65535),
    max_players           integer     NOT NULL DEFAULT 0 CHECK (max_players >= 0),
    region                text        NOT NULL DEFAULT '',
    country               text        NOT NULL DEFAULT '',
    description           text        NOT NULL DEFAULT '',
    is_official           boolean     NOT NULL DEFAULT false,
    CHECK ((previous_token_sha256 IS NULL) = (previous_valid_until IS NULL))
);

COMMENT ON TABLE servers IS 'Game servers that may send events; a revoked one stays, its facts carry its id.';
COMMENT ON COLUMN servers.id IS 'server_id of every event it sends';
COMMENT ON COLUMN servers.token_sha256 IS 'SHA-256 of its key, hex; the key itself is kept nowhere';
COMMENT ON COLUMN servers.previous_token_sha256 IS 'SHA-256 of the key before the last rotation';
COMMENT ON COLUMN servers.previous_valid_until IS 'until when the previous key is accepted too';

CREATE UNIQUE INDEX servers_active_name ON servers (lower(name)) WHERE revoked_at IS NULL;
