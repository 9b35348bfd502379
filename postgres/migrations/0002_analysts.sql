-- People and tools that may read ClickHouse through the analysts' door.

CREATE TABLE analysts (
    id                     uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    name                   text        NOT NULL CHECK (name ~ '^[a-z][a-z0-9_]{0,31}$'),
    password_hash          text        NOT NULL CHECK (password_hash LIKE 'scrypt$%'),
    query_time_max_s       real        NOT NULL CHECK (query_time_max_s BETWEEN 0.1 AND 3600),
    query_memory_max_bytes bigint      NOT NULL CHECK (query_memory_max_bytes >= 16777216),
    result_rows_max        bigint      NOT NULL CHECK (result_rows_max BETWEEN 5000 AND 1000000000),
    queries_max            integer     NOT NULL CHECK (queries_max BETWEEN 1 AND 64),
    created_at             timestamptz NOT NULL DEFAULT now(),
    revoked_at             timestamptz
);

COMMENT ON TABLE analysts IS 'Named read-only users of ClickHouse; a revoked one stays, for the record.';
COMMENT ON COLUMN analysts.name IS 'how he logs in; lower case, so that no quoting is needed anywhere';
COMMENT ON COLUMN analysts.password_hash IS 'scrypt (schema/passwords.py); the password itself is kept nowhere';
COMMENT ON COLUMN analysts.query_time_max_s IS 'longest time of one statement, seconds';
COMMENT ON COLUMN analysts.query_memory_max_bytes IS 'most memory of one statement';
COMMENT ON COLUMN analysts.result_rows_max IS 'most rows of one answer; drivers themselves read a list of about 2000 settings';
COMMENT ON COLUMN analysts.queries_max IS 'statements at once';

CREATE UNIQUE INDEX analysts_active_name ON analysts (name) WHERE revoked_at IS NULL;
