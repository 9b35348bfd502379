-- Question: which players lead by the conservative skill rating, mu - 3 sigma after their last match of the current run?
-- Parameters: those of shared/ranking.sql; game
-- Reads: match_ratings, rating_runs
WITH stats AS
(
    SELECT
        player_guid,
        argMax((mu_after, sigma_after), (ended_at, toString(match_id), rated_at)) AS latest,
        latest.1 - 3 * latest.2 AS value,
        toFloat64(uniqExact(match_id)) AS sample
    FROM match_ratings
    WHERE game = {game:String}
        AND run = (SELECT max(run) FROM rating_runs WHERE game = {game:String})
    GROUP BY player_guid
)
/* include shared/ranking.sql */
