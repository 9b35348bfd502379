-- Question: under which names were weapons received?
-- Parameters: game; rows_max
-- Reads: team_weapon_days
SELECT weapon, sum(kills) AS kills
FROM team_weapon_days
WHERE game = {game:String} AND weapon != ''
GROUP BY weapon
ORDER BY kills DESC, weapon
LIMIT {rows_max:UInt32}
