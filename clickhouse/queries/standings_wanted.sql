-- Question: which games have so many players that where each of them stands is worth keeping, and were not renewed to the end lately?
-- Parameters: players_min; renewed_since (what was renewed later is left alone)
-- Reads: player_days, leaders
SELECT game
FROM player_days
WHERE game NOT IN
    (
        SELECT game FROM leaders GROUP BY game
        HAVING max(renewed_at) > {renewed_since:DateTime64(3, 'UTC')}
    )
GROUP BY game
HAVING uniq(player_guid) >= {players_min:UInt64}
ORDER BY game
