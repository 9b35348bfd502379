-- A sign of life of the process that uses a name; no row: another one took it.
-- $1 node, $2 process
-- Writes: nodes

UPDATE nodes SET seen_at = now() WHERE node = $1 AND holder = $2 RETURNING node
