-- Question: how often did two players kill each other?
-- Parameters: game; guid; other
-- Reads: player_opponents
SELECT sum(kills) AS killed, sum(deaths) AS killed_by
FROM player_opponents
WHERE game = {game:String} AND player_guid = {guid:String} AND opponent_guid = {other:String}
