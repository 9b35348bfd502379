-- Question: who killed most with a weapon?
-- Parameters: game; weapon (as received); with_bots (0 or 1); rows_max
-- Reads: weapon_player_days
SELECT
    player_guid,
    sum(kills) AS kills,
    sum(headshots) AS headshots,
    sum(deaths) AS deaths,
    sum(shots_fired) AS shots_fired,
    sum(shots_hit) AS shots_hit,
    sum(damage_dealt) AS damage
FROM weapon_player_days
WHERE game = {game:String} AND weapon = {weapon:String}
GROUP BY player_guid
HAVING kills > 0 AND ({with_bots:UInt8} OR NOT max(is_bot))
ORDER BY kills DESC, headshots DESC, player_guid
LIMIT {rows_max:UInt32}
