-- Question: what did each match do to the rating of a player, newest first?
-- Parameters: game; guid; rows_max
-- Reads: match_ratings, rating_runs
SELECT toString(match_id) AS id, ended_at, place, mu_before, sigma_before, mu_after, sigma_after
FROM match_ratings FINAL
WHERE game = {game:String}
    AND run = (SELECT max(run) FROM rating_runs WHERE game = {game:String})
    AND player_guid = {guid:String}
ORDER BY ended_at DESC, id DESC
LIMIT {rows_max:UInt32}
