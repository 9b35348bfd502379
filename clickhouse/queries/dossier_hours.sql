-- Question: in which hours of the week does a player play, UTC? `weekday` 1 to 7 from Monday.
-- Parameters: game; guid
-- Reads: match_players
SELECT
    toDayOfWeek(hour) AS weekday,
    toHour(hour) AS hour_of_day,
    uniqExact(match_id) AS matches,
    sum(kills) AS killed
FROM match_players
WHERE game = {game:String} AND player_guid = {guid:String}
GROUP BY weekday, hour_of_day
ORDER BY weekday, hour_of_day
