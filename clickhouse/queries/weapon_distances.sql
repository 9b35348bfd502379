-- Question: from how far does a weapon (none named: any) kill, and how often at the head?
-- Parameters: game; weapons (every name it was received under; empty = any); map_name, server_id, gametype (empty = all);
--   from_day, to_day (excluded)
-- Reads: team_weapon_days
SELECT
    distance_band,
    sum(kills) AS kills,
    sum(headshots) AS headshots
FROM team_weapon_days
WHERE game = {game:String} AND day >= {from_day:Date} AND day < {to_day:Date}
    AND (empty({weapons:Array(String)}) OR weapon IN {weapons:Array(String)})
    AND ({map_name:String} = '' OR map_name = {map_name:String})
    AND ({server_id:String} = '' OR server_id = {server_id:String})
    AND ({gametype:String} = '' OR gametype = {gametype:String})
GROUP BY distance_band
ORDER BY distance_band
