-- Question: How many players of each day were never seen before?
-- Reads: player_days
WITH days AS
(
    SELECT player_guid, day, min(day) OVER (PARTITION BY player_guid) AS first_day
    FROM player_days
    WHERE game = 'mohaa' AND NOT is_bot
    GROUP BY player_guid, day
)
SELECT day, count() AS players, countIf(day = first_day) AS new_players, players - new_players AS returning_players
FROM days
GROUP BY day
ORDER BY day
LIMIT 1000
