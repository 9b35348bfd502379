-- Question: which games have so many players that where each of them stands is worth keeping?
-- Parameters: players_min
-- Reads: player_days
SELECT game
FROM player_days
GROUP BY game
HAVING uniq(player_guid) >= {players_min:UInt64}
ORDER BY game
