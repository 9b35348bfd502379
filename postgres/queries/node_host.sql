-- Who uses a name, for people.
-- $1 node
-- Reads: nodes

SELECT host FROM nodes WHERE node = $1
