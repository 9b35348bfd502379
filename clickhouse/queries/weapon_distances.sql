-- Question: from how far does a weapon (none named: any) kill, and how often at the head?
-- Parameters: game; weapons (every name it was received under; empty = any); map_name, server_id, gametype (empty = all);
--   bounded (0: of all time); from_day, to_day (excluded)
-- Reads: team_weapon_days
SELECT
    distance_band,
    sum(kills) AS kills,
    sum(headshots) AS headshots
FROM team_weapon_days
WHERE game = {game:String}
    /* if bounded */ AND day >= {from_day:Date} AND day < {to_day:Date}
    /* if weapons */ AND weapon IN {weapons:Array(String)}
    /* if map_name */ AND map_name = {map_name:String}
    /* if server_id */ AND server_id = {server_id:String}
    /* if gametype */ AND gametype = {gametype:String}
GROUP BY distance_band
ORDER BY distance_band
