-- How many queries an analyst keeps, but the one named $2?
-- $1 owner, $2 name. Reads: saved_queries

SELECT count(*) AS kept FROM saved_queries WHERE owner = $1 AND name <> $2;
