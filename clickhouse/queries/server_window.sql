-- Question: what happened on a server in a period altogether?
-- Parameters: game; server_id; from_time, to_time (excluded)
-- Reads: server_hours
SELECT
    sum(kills) AS kills,
    sum(deaths) AS deaths,
    sum(headshots) AS headshots,
    uniqExactMerge(players) AS unique_players,
    uniqExactMerge(matches) AS total_matches,
    sum(heartbeats) AS heartbeat_count,
    sum(heartbeat_players) AS heartbeat_player_sum,
    max(peak_players) AS peak,
    uniqExact(toDate(hour)) AS total_days,
    min(hour) AS first_hour,
    max(last_seen) AS last_seen_at
FROM server_hours
WHERE game = {game:String} AND server_id = {server_id:String}
    AND hour >= {from_time:DateTime('UTC')} AND hour < {to_time:DateTime('UTC')}
