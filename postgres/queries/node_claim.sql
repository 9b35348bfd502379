-- Take the name of a spool folder, unless somebody in another place gave a sign of life within the lease; no row then.
-- $1 node, $2 process that wants it, $3 its place, $4 its host and folder for people, $5 lease, seconds
-- Writes: nodes

INSERT INTO nodes (node, holder, place, host)
VALUES ($1, $2, $3, $4)
ON CONFLICT (node) DO UPDATE
SET holder = $2, place = $3, host = $4, seen_at = now()
WHERE nodes.holder = $2 OR nodes.place = $3 OR nodes.seen_at < now() - make_interval(secs => $5::double precision)
RETURNING node
