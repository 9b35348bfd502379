-- Question: where did these players hit others, and where were they hit, of all time?
-- Parameters: game; guids (one person's, at most 100)
-- Reads: player_hitlocs
SELECT hitloc, sum(kills) AS killed, sum(deaths) AS died, sum(hits_given) AS given, sum(hits_taken) AS taken
FROM player_hitlocs
WHERE game = {game:String} AND player_guid IN {guids:Array(String)}
GROUP BY hitloc
ORDER BY taken + died DESC, hitloc
