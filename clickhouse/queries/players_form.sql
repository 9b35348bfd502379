-- Question: how did these players fare on the days before a day?
-- Parameters: game; guids; from_day, to_day (excluded)
-- Reads: player_days
SELECT player_guid, sum(kills) AS kills, sum(deaths) AS deaths
FROM player_days
WHERE game = {game:String} AND player_guid IN {guids:Array(String)} AND day >= {from_day:Date} AND day < {to_day:Date}
GROUP BY player_guid
