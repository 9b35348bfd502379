-- Which statline node has which name now: two that write under one name would lose events to each other.

CREATE TABLE nodes (
    node    text        PRIMARY KEY CHECK (node ~ '^[0-9a-f]{1,64}$'),
    holder  text        NOT NULL,
    place   text        NOT NULL,
    host    text        NOT NULL,
    epoch   integer     NOT NULL,
    seen_at timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE nodes IS 'Names of spool folders, which every insert of theirs carries, and who uses them.';
COMMENT ON COLUMN nodes.node IS 'random name, made with the spool folder';
COMMENT ON COLUMN nodes.holder IS 'random name of the process that uses it';
COMMENT ON COLUMN nodes.place IS 'machine and folder it is used in: there a restarted process takes it again at once';
COMMENT ON COLUMN nodes.host IS 'host and folder for people';
COMMENT ON COLUMN nodes.epoch IS 'start of the folder, counted in it: a copy that is behind would repeat the numbers of segments';
COMMENT ON COLUMN nodes.seen_at IS 'last sign of life; -infinity: given back';
