-- Question: who killed most on a map?
-- Parameters: game; map_name; with_bots (0 or 1); rows_max
-- Reads: match_players
SELECT
    player_guid,
    sum(kills) AS kills,
    sum(deaths) AS deaths,
    sum(headshots) AS headshots,
    sum(shots_fired) AS shots_fired,
    sum(shots_hit) AS shots_hit,
    sum(damage_dealt) AS damage
FROM match_players
WHERE game = {game:String} AND map_name = {map_name:String}
GROUP BY player_guid
HAVING kills > 0 AND ({with_bots:UInt8} OR NOT max(is_bot))
ORDER BY kills DESC, headshots DESC, player_guid
LIMIT {rows_max:UInt32}
