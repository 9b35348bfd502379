-- Question: how many players are on each server now: by the last heartbeat since `since`, and by who acted since then?
-- Parameters: game; since (a few minutes ago), since_hour (its whole hour)
-- Reads: match_summaries, match_players
SELECT
    server_id,
    max(seen_players) AS seen_players,
    max(reported_players) AS reported_players,
    max(heartbeats) AS heartbeats
FROM
(
    SELECT server_id, uniqExact(player_guid) AS seen_players, 0 AS reported_players, 0 AS heartbeats
    FROM match_players
    WHERE game = {game:String} AND hour >= {since_hour:DateTime('UTC')}
        AND last_acted >= {since:DateTime64(3, 'UTC')}
    GROUP BY server_id
    UNION ALL
    SELECT server, 0, argMax(players_now, heartbeat_at), 1
    FROM
    (
        SELECT
            max(server_id) AS server,
            argMaxMerge(current_players) AS players_now,
            max(last_heartbeat) AS heartbeat_at
        FROM match_summaries
        WHERE game = {game:String}
        GROUP BY match_id
        HAVING heartbeat_at >= {since:DateTime64(3, 'UTC')}
    )
    GROUP BY server
)
GROUP BY server_id
