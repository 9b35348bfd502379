-- Question: what was done with each weapon, day by day or week by week (from Monday)?
-- Parameters: game; map_name, server_id, gametype (empty = all); from_day, to_day (excluded); by_week (0 or 1); rows_max
-- Reads: team_weapon_days
SELECT
    if({by_week:UInt8} = 1, toMonday(day), day) AS from_date,
    weapon,
    sum(kills) AS kills,
    sum(headshots) AS headshots,
    sum(shots_fired) AS shots_fired,
    sum(shots_hit) AS shots_hit
FROM team_weapon_days
WHERE game = {game:String} AND weapon != '' AND day >= {from_day:Date} AND day < {to_day:Date}
    /* if map_name */ AND map_name = {map_name:String}
    /* if server_id */ AND server_id = {server_id:String}
    /* if gametype */ AND gametype = {gametype:String}
GROUP BY from_date, weapon
ORDER BY from_date DESC, kills DESC, weapon
LIMIT {rows_max:UInt32}
