-- Question: with which weapons are most kills made on each map?
-- Parameters: game; table (map_weapon_totals of all time on all servers, else team_weapon_days); map_name, server_id, gametype (empty = all); bounded (0: of all time); from_day, to_day (excluded); weapons_max (of each map)
-- Added up in the order of the sort key: two thirds of the time of a hash table of texts.
-- Reads: team_weapon_days, map_weapon_totals
SELECT map_name, weapon, sum(kills) AS kills
FROM {table:Identifier}
WHERE game = {game:String} AND weapon != '' AND map_name != ''
    /* if bounded */ AND day >= {from_day:Date} AND day < {to_day:Date}
    /* if map_name */ AND map_name = {map_name:String}
    /* if server_id */ AND server_id = {server_id:String}
    /* if gametype */ AND gametype = {gametype:String}
GROUP BY map_name, weapon
HAVING kills > 0
ORDER BY kills DESC, weapon
LIMIT {weapons_max:UInt32} BY map_name
SETTINGS optimize_aggregation_in_order = 1
