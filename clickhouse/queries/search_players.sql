-- Question: who bears or bore a name that begins so, in any case? The sort key begins with the folded name.
-- Parameters: game; text; rows_max
-- Reads: player_names
SELECT player_guid, argMax(player_name, last_seen) AS found_name, max(last_seen) AS seen_at, min(name_folded != lowerUTF8({text:String})) AS longer
FROM player_names
WHERE game = {game:String} AND startsWith(name_folded, lowerUTF8({text:String}))
GROUP BY player_guid
ORDER BY longer, seen_at DESC, player_guid
LIMIT {rows_max:UInt32}
