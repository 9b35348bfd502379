-- Question: At which hours of the week is most played (UTC)?
-- Reads: server_hours
SELECT toDayOfWeek(hour) AS weekday, toHour(hour) AS hour_of_day, sum(kills) AS total_kills, uniqExactMerge(players) AS people
FROM server_hours
WHERE game = 'mohaa'
GROUP BY weekday, hour_of_day
ORDER BY weekday, hour_of_day
