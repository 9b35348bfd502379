-- Queries that analysts keep under a name and share by URL.

CREATE TABLE saved_queries (
    name        text        PRIMARY KEY CHECK (name ~ '^[a-z][a-z0-9_-]{0,63}$'),
    owner       text        NOT NULL,
    sql         text        NOT NULL CHECK (octet_length(sql) BETWEEN 1 AND 65536),
    description text        NOT NULL DEFAULT '' CHECK (char_length(description) <= 500),
    created_at  timestamptz NOT NULL DEFAULT now(),
    changed_at  timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE saved_queries IS 'Named SQL with parameters; run with the login of whoever asks, never with its owner''s.';
COMMENT ON COLUMN saved_queries.name IS 'what stands in its URL';
COMMENT ON COLUMN saved_queries.owner IS 'analyst who made it; only he may change or drop it';
COMMENT ON COLUMN saved_queries.sql IS 'one statement; {name:Type} marks a parameter';
