-- Question: Of the players first seen in a week, how many come back in the weeks after?
-- Reads: player_days
WITH weeks AS
(
    SELECT player_guid, toMonday(day) AS week, min(week) OVER (PARTITION BY player_guid) AS first_week
    FROM player_days
    WHERE game = 'mohaa' AND NOT is_bot
    GROUP BY player_guid, week
)
SELECT first_week, dateDiff('week', first_week, week) AS weeks_later, count() AS players
FROM weeks
GROUP BY first_week, weeks_later
ORDER BY first_week, weeks_later
LIMIT 1000
