-- Question: under which guid did this forum member play last?
-- Parameters: game; smf_id
-- Reads: player_days
SELECT player_guid
FROM player_days
WHERE game = {game:String} AND smf_id = {smf_id:UInt64}
GROUP BY player_guid
ORDER BY max(last_seen) DESC, player_guid
LIMIT 1
