-- Question: under which names was a player seen, the last one first?
-- Parameters: game; guid; rows_max
-- Reads: player_names
SELECT player_name, sum(uses) AS used, min(first_seen) AS seen_first, max(last_seen) AS seen_last
FROM player_names
WHERE game = {game:String} AND player_guid = {guid:String}
GROUP BY player_name
ORDER BY seen_last DESC, player_name
LIMIT {rows_max:UInt32}
