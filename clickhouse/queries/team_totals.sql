-- Question: what did each of the two teams do (`by_map`: on each map), with which weapons?
-- Parameters: game; table (map_weapon_totals of all time on all servers, else team_weapon_days); map_name, server_id, gametype (empty = all); gametypes (those with two teams); bounded (0: of all time); from_day, to_day (excluded); by_map (0 or 1); rows_max
-- Reads: team_weapon_days, map_weapon_totals
SELECT
    /* if by_map */ map_name,
    team,
    weapon,
    sum(kills) AS kills,
    sum(headshots) AS headshots,
    sum(deaths) AS deaths,
    sum(objectives) AS objectives
FROM {table:Identifier}
WHERE game = {game:String} AND team IN ('allies', 'axis') AND gametype IN {gametypes:Array(String)}
    /* if bounded */ AND day >= {from_day:Date} AND day < {to_day:Date}
    /* if map_name */ AND map_name = {map_name:String}
    /* if server_id */ AND server_id = {server_id:String}
    /* if gametype */ AND gametype = {gametype:String}
GROUP BY
    /* if by_map */ map_name,
    team, weapon
ORDER BY
    /* if by_map */ map_name,
    team, kills DESC, weapon
LIMIT {rows_max:UInt32}
