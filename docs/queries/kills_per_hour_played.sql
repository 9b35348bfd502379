-- Question: Who kills most per hour of play?
-- Reads: match_players
SELECT
    player_guid, argMaxMerge(name) AS player, sum(kills) AS total_kills,
    round(sum(dateDiff('millisecond', first_acted, last_acted)) / 3600000, 3) AS hours,
    round(total_kills / hours, 1) AS kills_per_hour
FROM match_players
WHERE game = 'mohaa' AND NOT is_bot AND last_acted > first_acted
GROUP BY player_guid
HAVING hours > 0
ORDER BY kills_per_hour DESC, player_guid
LIMIT 50
