-- Question: with which weapons are most kills made?
-- Parameters: game; rows_max
-- Reads: weapon_player_days
SELECT
    weapon,
    sum(kills) AS kills,
    sum(headshots) AS headshots,
    sum(deaths) AS deaths,
    sum(shots_fired) AS shots_fired,
    sum(shots_hit) AS shots_hit,
    sum(damage_dealt) AS damage
FROM weapon_player_days
WHERE game = {game:String}
GROUP BY weapon
ORDER BY kills DESC, shots_fired DESC, weapon
LIMIT {rows_max:UInt32}
