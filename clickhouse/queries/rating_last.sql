-- Question: up to which match has a run rated, and how many?
-- Parameters: game; run
-- Reads: rated_matches
SELECT max((ended_at, toString(match_id))) AS last, uniqExact(match_id) AS matches
FROM rated_matches
WHERE game = {game:String} AND run = {run:UInt32}
