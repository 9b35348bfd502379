-- Question: where does a player hit others, and where is he hit?
-- Parameters: game; guid
-- Reads: player_hitlocs
SELECT
    hitloc,
    sum(kills) AS kills_there,
    sum(deaths) AS deaths_there,
    sum(hits_given) AS given,
    sum(hits_taken) AS taken
FROM player_hitlocs
WHERE game = {game:String} AND player_guid = {guid:String}
GROUP BY hitloc
ORDER BY hitloc
