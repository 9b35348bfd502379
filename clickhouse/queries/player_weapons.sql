-- Question: what did these players do with each weapon in the days of a period, and how often did they die by it?
-- Parameters: game; guids (one person's, at most 100); bounded (0: of all time); from_day, to_day (excluded); weapon (empty = any); rows_max
-- Reads: weapon_player_days
SELECT
    weapon,
    sum(kills) AS kills,
    sum(bot_kills) AS bot_kills,
    sum(deaths) AS deaths,
    sum(headshots) AS headshots,
    sum(shots_fired) AS shots_fired,
    sum(shots_hit) AS shots_hit,
    sum(damage_dealt) AS damage,
    max(last_used) AS last_used_at
FROM weapon_player_days
WHERE game = {game:String} AND player_guid IN {guids:Array(String)}
    /* if bounded */ AND day >= {from_day:Date} AND day < {to_day:Date}
    /* if weapon */ AND weapon_player_days.weapon = {weapon:String}
GROUP BY weapon
-- A weapon he only died by is not one he used.
HAVING last_used_at > toDateTime64(0, 3, 'UTC')
ORDER BY kills DESC, shots_fired DESC, weapon
LIMIT {rows_max:UInt32}
