-- Question: what was done with each weapon on the days of a period?
-- Parameters: game; bounded (0: of all time); from_day, to_day (excluded); rows_max
-- Reads: team_weapon_days
SELECT
    weapon,
    sum(team_weapon_days.kills) AS kills,
    sum(team_weapon_days.headshots) AS headshots,
    sum(team_weapon_days.deaths) AS deaths,
    sum(team_weapon_days.shots_fired) AS shots_fired,
    sum(team_weapon_days.shots_hit) AS shots_hit,
    sum(damage_dealt) AS damage,
    sum(kill_distance) AS kill_distance_sum,
    sumIf(team_weapon_days.kills, distance_band > 0) AS distance_kill_count
FROM team_weapon_days
WHERE game = {game:String} AND weapon != ''
    /* if bounded */ AND day >= {from_day:Date} AND day < {to_day:Date}
GROUP BY weapon
ORDER BY kills DESC, shots_fired DESC, weapon
LIMIT {rows_max:UInt32}
