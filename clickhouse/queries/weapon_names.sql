-- Question: under which names were weapons received? The one used most comes first.
-- Parameters: game; rows_max
-- Reads: team_weapon_days
SELECT weapon
FROM team_weapon_days
WHERE game = {game:String} AND weapon != ''
GROUP BY weapon
ORDER BY sum(kills) DESC, sum(shots_fired) DESC, weapon
LIMIT {rows_max:UInt32}
