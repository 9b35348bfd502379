-- Question: what does each server do now and what did it do since `since`?
-- Parameters: game; since (begin of the window, whole hours), before (begin of the window before it)
-- Reads: server_hours
SELECT
    server_id,
    max(last_seen) AS last_seen_at,
    argMaxMerge(map_name) AS current_map,
    argMaxMerge(gametype) AS current_gametype,
    max(max_players) AS places,
    sumIf(kills, hour >= {since:DateTime('UTC')}) AS recent_kills,
    sumIf(kills, hour >= {before:DateTime('UTC')} AND hour < {since:DateTime('UTC')}) AS earlier_kills,
    uniqExactMergeIf(players, hour >= {since:DateTime('UTC')}) AS recent_players,
    uniqExactMergeIf(matches, hour >= {since:DateTime('UTC')}) AS recent_matches,
    uniqExactIf(hour, hour >= {since:DateTime('UTC')}) AS recent_hours,
    sumIf(heartbeats, hour >= {since:DateTime('UTC')}) AS recent_heartbeats,
    sumIf(heartbeat_players, hour >= {since:DateTime('UTC')}) AS recent_heartbeat_players,
    maxIf(peak_players, hour >= {since:DateTime('UTC')}) AS recent_peak_players
FROM server_hours
WHERE game = {game:String}
GROUP BY server_id
