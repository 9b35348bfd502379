-- Question: From which stance is killed, by map?
-- Reads: match_players
SELECT
    map_name, sum(standing_kills) AS standing, sum(crouching_kills) AS crouching, sum(prone_kills) AS prone,
    round(crouching / nullIf(standing + crouching + prone, 0) * 100, 1) AS crouching_percent
FROM match_players
WHERE game = 'mohaa' AND NOT is_bot AND map_name != ''
GROUP BY map_name
ORDER BY standing + crouching + prone DESC, map_name
LIMIT 100
