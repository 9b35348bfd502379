-- Question: Which two players killed each other most?
-- Reads: player_opponents
SELECT player_guid, opponent_guid, sum(kills) AS won, sum(deaths) AS lost, won + lost AS duels
FROM player_opponents
WHERE game = 'mohaa' AND player_guid < opponent_guid AND NOT opponent_is_bot
GROUP BY player_guid, opponent_guid
ORDER BY duels DESC, player_guid, opponent_guid
LIMIT 50
