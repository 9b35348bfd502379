-- Question: what did a player do with each weapon, and how often did he die by it?
-- Parameters: game; guid; rows_max
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
WHERE game = {game:String} AND player_guid = {guid:String}
GROUP BY weapon
-- A weapon he only died by is not one he used.
HAVING last_used_at > toDateTime64(0, 3, 'UTC')
ORDER BY kills DESC, shots_fired DESC, weapon
LIMIT {rows_max:UInt32}
