-- Question: was a weapon ever received under exactly this name? One row if so.
-- Parameters: game; weapon
-- Reads: weapon_days
SELECT weapon
FROM weapon_days
WHERE game = {game:String} AND weapon = {weapon:String}
LIMIT 1
