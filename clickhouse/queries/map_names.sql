-- Question: which maps were played (`map_name` given: was this one)? With more than may be answered, those with most kills.
-- Parameters: game; map_name (empty = all); rows_max
-- Reads: map_days
SELECT map_name
FROM map_days
WHERE game = {game:String}
    /* if map_name */ AND map_name = {map_name:String}
GROUP BY map_name
ORDER BY sum(kills) DESC, map_name
LIMIT {rows_max:UInt32}
