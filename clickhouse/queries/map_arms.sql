-- Question: what was done on a map with each weapon, by each `team` in game types that have two (empty: in all others)?
-- Parameters: game; table (map_weapon_totals of all time on all servers, else team_weapon_days); map_name; server_id, gametype (empty = all); gametypes (those with two teams); bounded (0: of all time); from_day, to_day (excluded); rows_max
-- Reads: team_weapon_days, map_weapon_totals
SELECT
    weapon,
    if(gametype IN {gametypes:Array(String)}, arms.team, '') AS team,
    sum(kills) AS kills,
    sum(headshots) AS headshots,
    sum(deaths) AS deaths,
    sum(objectives) AS objectives
FROM {table:Identifier} AS arms
WHERE game = {game:String} AND map_name = {map_name:String}
    /* if bounded */ AND day >= {from_day:Date} AND day < {to_day:Date}
    /* if server_id */ AND server_id = {server_id:String}
    /* if gametype */ AND gametype = {gametype:String}
GROUP BY weapon, team
ORDER BY kills DESC, weapon, team
LIMIT {rows_max:UInt32}
