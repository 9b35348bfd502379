-- Question: what happened on a server in each hour of a period in which anything was heard of it?
-- Parameters: game; server_id; from_time, to_time (excluded); rows_max
-- Reads: server_hours
SELECT
    hour,
    sum(kills) AS kills,
    sum(deaths) AS deaths,
    uniqExactMerge(players) AS unique_players,
    sum(heartbeats) AS heartbeat_count,
    sum(heartbeat_players) AS heartbeat_player_sum,
    max(peak_players) AS peak
FROM server_hours
WHERE game = {game:String} AND server_id = {server_id:String}
    AND hour >= {from_time:DateTime('UTC')} AND hour < {to_time:DateTime('UTC')}
GROUP BY hour
ORDER BY hour
LIMIT {rows_max:UInt32}
