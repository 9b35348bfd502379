-- Question: what did a match do to the ratings of these players of it?
-- Parameters: game; match_id; guids (at most 500)
-- Reads: match_ratings, rating_runs
SELECT player_guid, place, mu_before, sigma_before, mu_after, sigma_after
FROM match_ratings FINAL
WHERE game = {game:String}
    AND run = (SELECT max(run) FROM rating_runs WHERE game = {game:String})
    AND player_guid IN {guids:Array(String)}
    AND match_id = {match_id:UUID}
ORDER BY place, player_guid
