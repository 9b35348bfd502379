-- Question: under which names were weapons received? The one used most comes first.
-- Parameters: game; rows_max
-- Reads: weapon_days
SELECT weapon
FROM weapon_days
WHERE game = {game:String}
GROUP BY weapon
ORDER BY sum(kills) DESC, sum(shots_fired) DESC, weapon
LIMIT {rows_max:UInt32}
