-- Question: how much is played at each hour of each weekday (Monday = 1), in a time zone?
-- Parameters: game; server_id (empty = all); from_time, to_time (excluded); timezone (IANA name)
-- Reads: server_hours
SELECT
    toDayOfWeek(toTimeZone(hour, {timezone:String})) AS weekday,
    toHour(toTimeZone(hour, {timezone:String})) AS hour_of_day,
    sum(kills) AS kills,
    uniqExactMerge(players) AS unique_players,
    uniqExactMerge(matches) AS total_matches,
    sum(heartbeats) AS heartbeat_count,
    sum(heartbeat_players) AS heartbeat_player_sum
FROM server_hours
WHERE game = {game:String}
    /* if server_id */ AND server_id = {server_id:String}
    AND hour >= {from_time:DateTime('UTC')} AND hour < {to_time:DateTime('UTC')}
GROUP BY weekday, hour_of_day
ORDER BY weekday, hour_of_day
