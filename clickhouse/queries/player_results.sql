-- Question: which matches did these players play, where and when, for how long, and how did each end for them?
-- A row for each match: what they add up to, by whatever divides them, is counted in query/results.py, whose Outcome tells what `outcome`
--   means. To plan the sums here took as long as everything else.
-- `span_ms` is wrong for a match of more than six hours: player_match_totals.sql is right for those, too.
-- With the figures `shown` also what they did in each match, and how it is shown. What they did in a match that went over several `maps`
--   is divided by them in player_maps.sql.
-- A match belongs to the period in which it began. How wins are decided: query/ranked_stats.py.
-- Parameters: game; guids (one person's, at most 100); bounded (0: of all time); from_time, to_time; server_id, map_name,
--   gametype (empty = any); figures (shown, rounds, alone); matches_max (the newest)
-- Reads: match_players, match_summaries
SELECT
    played.match_id AS id,
    map,
    server,
    kind,
    last_team,
    began,
    ended,
    span_ms,
    /* if figures: rounds */ match_rounds,
    /* if figures: shown */ maps, his_kind, his_first, kills, bot_kills, deaths, headshots, last_event_at, allies, axis,
    /* include shared/outcome.sql */
FROM
(
    SELECT
        match_id,
        argMaxMerge(team) AS last_team,
        max(match_players.map_name) AS map,
        max(match_players.server_id) AS server,
        /* if figures: shown */ uniqExact(match_players.map_name) AS maps, max(match_players.gametype) AS his_kind, min(first_seen) AS his_first,
        /* if figures: shown */ sum(kills) AS kills, sum(bot_kills) AS bot_kills, sum(deaths) AS deaths, sum(headshots) AS headshots,
        dateDiff('millisecond', min(first_acted), max(last_acted)) AS span_ms
    FROM match_players
    WHERE game = {game:String} AND player_guid IN {guids:Array(String)}
    GROUP BY match_id
) AS played
INNER JOIN
(
    SELECT
        match_id,
        min(first_event) AS began,
        max(match_summaries.gametype) AS kind,
        max(ended_at) > toDateTime64(0, 3, 'UTC') AS ended,
        /* if figures: shown */ max(last_event) AS last_event_at, argMaxMerge(allies_score) AS allies, argMaxMerge(axis_score) AS axis,
        /* if figures: rounds */ max(rounds) AS match_rounds,
        /* if figures: alone */ sumMap(player_kills) AS match_kills,
        argMaxMerge(winning_team) AS winner
    FROM match_summaries
    WHERE game = {game:String} AND match_id IN
    (
        -- Not `played`: it would be planned and aggregated a second time.
        SELECT match_id FROM match_players WHERE game = {game:String} AND player_guid IN {guids:Array(String)}
    )
    GROUP BY match_id
    /* if bounded */ HAVING began >= {from_time:DateTime64(3, 'UTC')} AND began < {to_time:DateTime64(3, 'UTC')}
) AS matches ON matches.match_id = played.match_id
WHERE true
    /* if server_id */ AND server = {server_id:String}
    /* if map_name */ AND map = {map_name:String}
    /* if gametype */ AND kind = {gametype:String}
ORDER BY began DESC, id
LIMIT {matches_max:UInt32}
