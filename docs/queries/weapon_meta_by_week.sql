-- Question: How does the share of each weapon in all kills change from week to week?
-- Reads: weapon_player_days
SELECT
    toMonday(day) AS week, weapon, sum(kills) AS weapon_kills,
    round(weapon_kills / sum(weapon_kills) OVER (PARTITION BY week), 4) AS share
FROM weapon_player_days
WHERE game = 'mohaa'
GROUP BY week, weapon
HAVING weapon_kills > 0
ORDER BY week, weapon_kills DESC
LIMIT 1000
