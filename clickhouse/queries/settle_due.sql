-- Question: which matches are over, or quiet, or endless, and not settled on all their events?
-- A match that never ends is settled now and then while it runs. Those that ended first come first.
-- Parameters: ended_before (a match that said it ended then is over); quiet_since (no event after it: quiet);
--   every (also those that are settled on all their events); again_before (settled after it: not again yet); endless_again_before
--   (the same for an endless match); long_s (seconds after which a match counts as endless); rows_max
-- Reads: match_summaries, settled_matches
SELECT
    match_game AS game,
    toString(match) AS match_id,
    server AS server_id,
    first_at,
    last_at,
    event_count AS events,
    settled_raw AS raw_events_settled,
    said_ended_at > toDateTime64(0, 3, 'UTC') AND said_ended_at < {ended_before:DateTime64(3, 'UTC')} AS has_ended,
    has_ended OR last_at < {quiet_since:DateTime64(3, 'UTC')} AS is_over,
    last_settled > toDateTime64(0, 3, 'UTC') AS is_again,
    match_gametype AS gametype,
    winner
FROM
(
    SELECT
        game AS match_game,
        match_id AS match,
        max(server_id) AS server,
        max(gametype) AS match_gametype,
        min(first_event) AS first_at,
        max(last_event) AS last_at,
        max(ended_at) AS said_ended_at,
        argMaxMerge(winning_team) AS winner,
        sum(events) AS event_count
    FROM match_summaries
    GROUP BY game, match_id
    HAVING max(notEmpty(players))
) AS summaries
LEFT JOIN
(
    SELECT game AS settled_game, match_id AS settled_match, argMax(events, settled_at) AS settled_events, max(raw_events) AS settled_raw, max(settled_at) AS last_settled
    FROM settled_matches
    GROUP BY game, match_id
) AS settled ON settled_game = match_game AND settled_match = match
WHERE ({every:UInt8} OR event_count != settled_events OR last_settled = toDateTime64(0, 3, 'UTC'))
    AND last_settled < {again_before:DateTime64(3, 'UTC')}
    AND (is_over OR (dateDiff('second', first_at, last_at) > {long_s:UInt32} AND last_settled < {endless_again_before:DateTime64(3, 'UTC')}))
ORDER BY last_at, match
LIMIT {rows_max:UInt32}
