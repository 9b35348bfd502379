-- Take the name of a spool folder; no row where somebody in another place gave a sign of life within the lease, or used the
-- name at this start of the folder or a later one: then ours is an old copy.
-- $1 node, $2 process that wants it, $3 its place, $4 its host and folder for people, $5 start of the folder, $6 lease, seconds
-- Writes: nodes

INSERT INTO nodes (node, holder, place, host, epoch)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (node) DO UPDATE
SET holder = $2, place = $3, host = $4, epoch = $5, seen_at = now()
WHERE nodes.holder = $2
   OR nodes.epoch < $5 AND (nodes.place = $3 OR nodes.seen_at < now() - make_interval(secs => $6::double precision))
RETURNING node
