-- Question: Who kills his own side, per hundred kills?
-- Reads: player_days
SELECT
    player_guid, argMaxMerge(name) AS player, sum(team_kills) AS own_side, sum(kills) AS others,
    round(own_side / (own_side + others) * 100, 2) AS percent
FROM player_days
WHERE game = 'mohaa' AND NOT is_bot
GROUP BY player_guid
HAVING own_side + others > 0
ORDER BY own_side DESC, player_guid
LIMIT 50
