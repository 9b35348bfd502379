-- Question: on which map were most people killed since an hour?
-- Parameters: game; since (a whole hour)
-- Reads: match_players
SELECT map_name, sum(kills) AS kills
FROM match_players
WHERE game = {game:String} AND hour >= {since:DateTime('UTC')} AND map_name != ''
GROUP BY map_name
HAVING kills > 0
ORDER BY kills DESC, map_name
LIMIT 1
