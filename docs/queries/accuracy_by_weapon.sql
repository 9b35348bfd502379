-- Question: How often does each weapon hit, and what share of its kills are headshots?
-- Reads: weapon_player_days
SELECT
    weapon, sum(shots_fired) AS fired, sum(shots_hit) AS hit, round(hit / nullIf(fired, 0) * 100, 2) AS accuracy,
    sum(kills) AS weapon_kills, round(sum(headshots) / nullIf(weapon_kills, 0) * 100, 2) AS headshot_percent
FROM weapon_player_days
WHERE game = 'mohaa' AND NOT is_bot
GROUP BY weapon
ORDER BY weapon_kills DESC, weapon
LIMIT 100
