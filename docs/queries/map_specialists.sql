-- Question: Who is much better on one map than on the others (twenty kills there at least)?
-- Reads: match_players
WITH by_map AS
(
    SELECT player_guid, map_name, sum(kills) AS map_kills, sum(deaths) AS map_deaths
    FROM match_players
    WHERE game = 'mohaa' AND NOT is_bot AND map_name != ''
    GROUP BY player_guid, map_name
)
SELECT
    player_guid, map_name, map_kills, round(map_kills / greatest(map_deaths, 1), 2) AS kd_here,
    round((sum(map_kills) OVER player - map_kills) / greatest(sum(map_deaths) OVER player - map_deaths, 1), 2) AS kd_elsewhere,
    round(kd_here - kd_elsewhere, 2) AS advantage
FROM by_map
WINDOW player AS (PARTITION BY player_guid)
QUALIFY map_kills >= 20 AND kd_elsewhere > 0
ORDER BY advantage DESC, player_guid, map_name
LIMIT 50
