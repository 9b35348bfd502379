-- Question: the runs of the rating, the current one first, and from which match on each is stale?
-- Parameters: game; rows_max
-- Reads: rating_runs, rating_marks
SELECT
    runs.run AS run,
    reason,
    if(runs.match_id = toUUID('00000000-0000-0000-0000-000000000000'), '', toString(runs.match_id)) AS from_match,
    from_time,
    matches,
    finished_at,
    marks.stale AS stale,
    marks.stale_match AS stale_match,
    marks.stale_time AS stale_time,
    marks.found AS stale_since
FROM
(
    SELECT run, reason, match_id, from_time, matches, finished_at
    FROM rating_runs FINAL
    WHERE game = {game:String}
) AS runs
LEFT JOIN
(
    SELECT
        run,
        uniqExact(match_id) AS stale,
        min((ended_at, toString(match_id))) AS first_mark,
        first_mark.1 AS stale_time,
        first_mark.2 AS stale_match,
        min(found_at) AS found
    FROM rating_marks
    WHERE game = {game:String}
    GROUP BY run
) AS marks ON marks.run = runs.run
ORDER BY run DESC
LIMIT {rows_max:UInt32}
