-- Question: how much was played on all servers since an hour, and ever?
-- Parameters: game; since (a whole hour)
-- Reads: server_hours
SELECT
    sum(hour_kills) AS kills_ever,
    sumIf(hour_kills, hour >= {since:DateTime('UTC')}) AS kills_today,
    uniqExactMergeIf(hour_matches, hour >= {since:DateTime('UTC')}) AS matches_today,
    maxIf(hour_peak, hour >= {since:DateTime('UTC')}) AS peak_today
FROM
(
    SELECT hour, sum(server_kills) AS hour_kills, uniqExactMergeState(server_matches) AS hour_matches, sum(server_peak) AS hour_peak
    FROM
    (
        SELECT hour, server_id, sum(kills) AS server_kills, uniqExactMergeState(matches) AS server_matches, max(peak_players) AS server_peak
        FROM server_hours
        WHERE game = {game:String}
        GROUP BY hour, server_id
    )
    GROUP BY hour
)
