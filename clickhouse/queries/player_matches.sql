-- Question: the matches of these players, newest first, with what they did in them and how they ended?
-- `outcome`: query/results.py. How matches are decided is told in query/ranked_stats.py.
-- A match belongs to the period in which they were first seen in it.
-- Parameters: game; guids (one person's, at most 100); bounded (0: of all time); from_time, to_time; server_id, map_name, gametype (empty = any);
--   figures (alone); page_rows; skip_rows
-- Reads: match_players, match_summaries
WITH
played AS
(
    SELECT
        match_id,
        max(match_players.map_name) AS map,
        max(match_players.gametype) AS kind,
        max(match_players.server_id) AS server,
        argMaxMerge(team) AS last_team,
        sum(kills) AS kills,
        sum(bot_kills) AS bot_kills,
        sum(deaths) AS deaths,
        sum(headshots) AS headshots,
        min(first_seen) AS player_from
    FROM match_players
    WHERE game = {game:String} AND player_guid IN {guids:Array(String)}
        /* if server_id */ AND match_players.server_id = {server_id:String}
        /* if map_name */ AND match_players.map_name = {map_name:String}
        /* if gametype */ AND match_players.gametype = {gametype:String}
    GROUP BY match_id
    /* if bounded */ HAVING player_from >= {from_time:DateTime64(3, 'UTC')} AND player_from < {to_time:DateTime64(3, 'UTC')}
    ORDER BY player_from DESC, match_id
    LIMIT {page_rows:UInt32} OFFSET {skip_rows:UInt64}
),
matches AS
(
    SELECT
        match_id,
        min(first_event) AS started_at,
        max(last_event) AS last_event_at,
        max(ended_at) > toDateTime64(0, 3, 'UTC') AS ended,
        argMaxMerge(winning_team) AS winner,
        argMaxMerge(allies_score) AS allies_score,
        argMaxMerge(axis_score) AS axis_score,
        sumMap(player_kills) AS match_kills
    FROM match_summaries
    WHERE game = {game:String} AND match_id IN
    (
        -- Not `played`: all its figures would be planned and aggregated a second time.
        SELECT match_id
        FROM match_players
        WHERE game = {game:String} AND player_guid IN {guids:Array(String)}
            /* if server_id */ AND match_players.server_id = {server_id:String}
            /* if map_name */ AND match_players.map_name = {map_name:String}
            /* if gametype */ AND match_players.gametype = {gametype:String}
        GROUP BY match_id
        /* if bounded */ HAVING min(first_seen) >= {from_time:DateTime64(3, 'UTC')} AND min(first_seen) < {to_time:DateTime64(3, 'UTC')}
        ORDER BY min(first_seen) DESC, match_id
        LIMIT {page_rows:UInt32} OFFSET {skip_rows:UInt64}
    )
    GROUP BY match_id
)
SELECT
    toString(played.match_id) AS match_id,
    map AS map_name,
    kind AS gametype,
    server AS server_id,
    last_team AS team,
    kills,
    bot_kills,
    deaths,
    headshots,
    started_at,
    last_event_at,
    allies_score,
    axis_score,
    /* include shared/outcome.sql */
FROM played
INNER JOIN matches ON matches.match_id = played.match_id
ORDER BY player_from DESC, match_id
