-- Question: what did these players do on each map?
-- Parameters: game; guids (one person's, at most 100); bounded (0: of all time); from_time, to_time (full hours, of what was done);
--   server_id, map_name,
--   gametype (empty = any); figures (alone); rows_max
-- Reads: match_players, match_summaries
WITH
played AS
(
    SELECT
        match_players.map_name AS map,
        match_id,
        argMaxMerge(team) AS last_team,
        max(match_players.gametype) AS kind,
        sum(kills) AS kills,
        sum(bot_kills) AS bot_kills,
        sum(deaths) AS deaths,
        sum(headshots) AS headshots
    FROM match_players
    WHERE game = {game:String} AND player_guid IN {guids:Array(String)} AND match_players.map_name != ''
        /* if bounded */ AND hour >= {from_time:DateTime64(3, 'UTC')} AND hour < {to_time:DateTime64(3, 'UTC')}
        /* if server_id */ AND match_players.server_id = {server_id:String}
        /* if map_name */ AND match_players.map_name = {map_name:String}
        /* if gametype */ AND match_players.gametype = {gametype:String}
    GROUP BY map, match_id
),
matches AS
(
    SELECT
        match_id,
        max(ended_at) > toDateTime64(0, 3, 'UTC') AS ended,
        argMaxMerge(winning_team) AS winner,
        sumMap(player_kills) AS match_kills
    FROM match_summaries
    WHERE game = {game:String} AND match_id IN
    (
        -- Not `played`: it would be planned and aggregated a second time.
        SELECT match_id FROM match_players WHERE game = {game:String} AND player_guid IN {guids:Array(String)}
    )
    GROUP BY match_id
),
/* include shared/outcome.sql */
SELECT
    map AS map_name,
    sum(kills) AS kills,
    sum(bot_kills) AS bot_kills,
    sum(deaths) AS deaths,
    sum(headshots) AS headshots,
    count() AS matches_played,
    countIf(outcome IN (2, 4)) AS matches_won
FROM played
INNER JOIN matches ON matches.match_id = played.match_id
GROUP BY map
ORDER BY matches_played DESC, map
LIMIT {rows_max:UInt32}
