-- Question: as weapons.sql, on one map or server, or in one game type?
-- Parameters: game; map_name, server_id, gametype (empty = all); bounded (0: of all time); from_day, to_day (excluded); rows_max
-- Reads: team_weapon_days
SELECT
    weapon,
    sum(kills) AS kills,
    sum(headshots) AS headshots,
    sum(deaths) AS deaths,
    sum(shots_fired) AS shots_fired,
    sum(shots_hit) AS shots_hit,
    sum(damage_dealt) AS damage,
    sum(kill_distance) AS kill_distance_sum,
    sumIf(team_weapon_days.kills, distance_band > 0) AS distance_kill_count
FROM team_weapon_days
WHERE game = {game:String} AND weapon != ''
    /* if bounded */ AND day >= {from_day:Date} AND day < {to_day:Date}
    /* if map_name */ AND map_name = {map_name:String}
    /* if server_id */ AND server_id = {server_id:String}
    /* if gametype */ AND gametype = {gametype:String}
GROUP BY weapon
ORDER BY kills DESC, shots_fired DESC, weapon
LIMIT {rows_max:UInt32}
