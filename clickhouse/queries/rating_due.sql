-- Question: which ended matches has a run not rated, or had fewer events when it did, in the order of rating?
-- Those that are marked for a replay are left out.
-- Parameters: game; run; ended_before; rows_max
-- Reads: match_summaries, rated_matches, rating_marks
SELECT
    toString(match_id) AS id,
    ended AS ended_at,
    match_gametype AS gametype,
    winner,
    event_count,
    first_at,
    last_at,
    rated.inputs AS rated_inputs
FROM
(
    SELECT
        match_id,
        max(ended_at) AS ended,
        max(gametype) AS match_gametype,
        argMaxMerge(winning_team) AS winner,
        sum(events) AS event_count,
        min(first_event) AS first_at,
        max(last_event) AS last_at
    FROM match_summaries
    WHERE game = {game:String}
    GROUP BY match_id
    HAVING ended > toDateTime64(0, 3, 'UTC') AND ended < {ended_before:DateTime64(3, 'UTC')}
) AS matches
LEFT JOIN
(
    SELECT match_id, events, inputs
    FROM rated_matches FINAL
    WHERE game = {game:String} AND run = {run:UInt32}
) AS rated ON rated.match_id = matches.match_id
WHERE (rated.inputs = '' OR rated.events < event_count)
    AND matches.match_id NOT IN
    (
        SELECT match_id FROM rating_marks WHERE game = {game:String} AND run = {run:UInt32}
    )
ORDER BY ended, id
LIMIT {rows_max:UInt32}
