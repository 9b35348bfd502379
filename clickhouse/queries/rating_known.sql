-- Question: which rating does each player of these matches have in a run, after the matches up to a place in its order?
-- Parameters: game; run; match_ids (at most 50); last_time, last_match (end and id of the last match that is rated whole)
-- Reads: match_ratings, match_summaries
SELECT player_guid, argMax((mu_after, sigma_after), (ended_at, toString(match_id), rated_at)) AS rating
FROM match_ratings
WHERE game = {game:String} AND run = {run:UInt32}
    AND player_guid IN
    (
        SELECT arrayJoin(players)
        FROM match_summaries
        WHERE game = {game:String} AND match_id IN {match_ids:Array(UUID)}
    )
    AND (ended_at, toString(match_id)) <= ({last_time:DateTime64(3, 'UTC')}, {last_match:String})
GROUP BY player_guid
