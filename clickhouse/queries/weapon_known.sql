-- Question: was a weapon ever received under exactly this name? One row if so.
-- Parameters: game; weapon
-- Reads: team_weapon_days
SELECT weapon
FROM team_weapon_days
WHERE game = {game:String} AND weapon = {weapon:String}
LIMIT 1
