-- Question: the rating of these players after their last match, and how many matches it rests on?
-- Parameters: game; guids (at most 100)
-- Reads: match_ratings, rating_runs
SELECT
    player_guid,
    argMax((mu_after, sigma_after), (ended_at, toString(match_id), rated_at)) AS latest,
    latest.1 AS mu,
    latest.2 AS sigma,
    uniqExact(match_id) AS matches,
    max(ended_at) AS last_match_at
FROM match_ratings
WHERE game = {game:String}
    AND run = (SELECT max(run) FROM rating_runs WHERE game = {game:String})
    AND player_guid IN {guids:Array(String)}
GROUP BY player_guid
