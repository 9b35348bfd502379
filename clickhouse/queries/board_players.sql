-- Question: under which name was each of these players last seen, and as which forum member?
-- Parameters: game; guids (at most 100)
-- Reads: player_days
SELECT player_guid, argMaxMerge(name) AS player_name, max(smf_id) AS member_id
FROM player_days
WHERE game = {game:String} AND player_guid IN {guids:Array(String)}
GROUP BY player_guid
