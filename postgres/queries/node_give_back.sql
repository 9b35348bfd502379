-- The process that used a name ends: anybody may take it.
-- $1 node, $2 process
-- Writes: nodes

UPDATE nodes SET seen_at = '-infinity' WHERE node = $1 AND holder = $2
