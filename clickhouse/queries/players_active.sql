-- Question: how many players were seen since a time?
-- Parameters: game; active_since; from_day (the day of active_since)
-- Reads: player_days
SELECT uniqExact(player_guid) AS players
FROM player_days
WHERE game = {game:String} AND day >= {from_day:Date} AND last_seen >= {active_since:DateTime64(3, 'UTC')}
