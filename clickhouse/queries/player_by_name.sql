-- Question: who bore this name: exactly so first, then whatever the case, the one last seen with it first?
-- Parameters: game; name
-- Reads: player_names
SELECT player_guid, player_name
FROM player_names
WHERE game = {game:String} AND name_folded = lowerUTF8({name:String})
GROUP BY player_guid, player_name
ORDER BY player_name = {name:String} DESC, max(last_seen) DESC, player_guid
LIMIT 1
