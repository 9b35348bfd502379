-- Who is told of matches and records, and what each was told.

CREATE TABLE webhooks (
    id         uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    name       text        NOT NULL UNIQUE CHECK (name ~ '^[a-z][a-z0-9_-]{0,31}$'),
    form       text        NOT NULL CHECK (form IN ('discord', 'signed')),
    url        text        NOT NULL CHECK (length(url) BETWEEN 8 AND 2000),
    secret     text        NOT NULL,
    events     text[]      NOT NULL CHECK (cardinality(events) BETWEEN 1 AND 10),
    created_at timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE webhooks IS 'Addresses that are told of what happened.';
COMMENT ON COLUMN webhooks.form IS 'discord: a message for a Discord channel; signed: JSON with an HMAC-SHA256 of time and body';
COMMENT ON COLUMN webhooks.url IS 'where to; a Discord address is a secret itself, so it is shown without its path';
COMMENT ON COLUMN webhooks.secret IS 'key of the signature; needed in clear to sign, shown only when it is made; empty for discord';
COMMENT ON COLUMN webhooks.events IS 'match_end, record';

CREATE TABLE webhook_deliveries (
    webhook_id   uuid        NOT NULL REFERENCES webhooks ON DELETE CASCADE,
    event        text        NOT NULL,
    subject      text        NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    delivered_at timestamptz,
    refused      text        NOT NULL DEFAULT '',
    PRIMARY KEY (webhook_id, event, subject)
);

COMMENT ON TABLE webhook_deliveries IS 'What each webhook was or is to be told: once each, whatever runs twice.';
COMMENT ON COLUMN webhook_deliveries.subject IS 'id of the match it is about';
COMMENT ON COLUMN webhook_deliveries.refused IS 'why the other side will never take it, empty while it may';

CREATE INDEX webhook_deliveries_age ON webhook_deliveries (created_at);
