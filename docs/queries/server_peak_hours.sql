-- Question: When is each server full: players on average by weekday and hour (UTC)?
-- Reads: server_hours
SELECT
    server_id, toDayOfWeek(hour) AS weekday, toHour(hour) AS hour_of_day,
    round(sum(heartbeat_players) / nullIf(sum(heartbeats), 0), 1) AS average_players, max(peak_players) AS most_players,
    uniqExactMerge(players) AS people
FROM server_hours
WHERE game = 'mohaa'
GROUP BY server_id, weekday, hour_of_day
ORDER BY server_id, weekday, hour_of_day
LIMIT 2000
