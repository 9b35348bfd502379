-- Question: under which names were weapons received?
-- Parameters: game; rows_max
-- Reads: weapon_player_days
SELECT weapon, sum(kills) AS kills
FROM weapon_player_days
WHERE game = {game:String}
GROUP BY weapon
ORDER BY kills DESC, weapon
LIMIT {rows_max:UInt32}
