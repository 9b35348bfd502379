-- Question: how did the matches of these players end, by where or when they began (or in all), for how long were they played, and in which
--   order were they won and lost? `playtime_s` is wrong when there are `endless_matches`: player_match_totals.sql is right for those, too.
-- Several dimensions are one statement; `label` is the whole when `dimension` is empty.
-- With `recent_max` also what they did in these matches and, in the whole, the last so many of them as tuples (query/players.py names their
--   places). `moved_matches` went over several maps: player_maps.sql is right for those, too.
-- A match belongs to the period in which it began. How wins are decided: query/ranked_stats.py.
-- Parameters: game; guids (one person's, at most 100); dimensions (of: empty, map, server, gametype, hour, day_of_week);
--   from_time, to_time; server_id, map_name, gametype (empty = any); recent_max (0 = none)
-- Reads: match_players, match_summaries
WITH
played AS
(
    SELECT
        match_id,
        argMaxMerge(team) AS last_team,
        max(match_players.map_name) AS map,
        max(match_players.server_id) AS server,
        /* if recent_max */ uniqExact(match_players.map_name) AS maps, max(match_players.gametype) AS his_kind, min(first_seen) AS his_first,
        /* if recent_max */ sum(kills) AS kills, sum(bot_kills) AS bot_kills, sum(deaths) AS deaths, sum(headshots) AS headshots,
        dateDiff('millisecond', min(first_acted), max(last_acted)) / 1000 AS span_s
    FROM match_players
    WHERE game = {game:String} AND player_guid IN {guids:Array(String)}
    GROUP BY match_id
),
matches AS
(
    SELECT
        match_id,
        min(first_event) AS began,
        max(match_summaries.gametype) AS kind,
        max(ended_at) > toDateTime64(0, 3, 'UTC') AS ended,
        argMaxMerge(winning_team) AS winner,
        /* if recent_max */ max(last_event) AS last_event_at, argMaxMerge(allies_score) AS allies, argMaxMerge(axis_score) AS axis,
        sumMap(player_kills) AS match_kills,
        arrayMax(arrayConcat(mapValues(match_kills), [0])) AS most_kills
    FROM match_summaries
    WHERE game = {game:String} AND match_id IN
    (
        -- Not `played`: it would be planned and aggregated a second time.
        SELECT match_id FROM match_players WHERE game = {game:String} AND player_guid IN {guids:Array(String)}
    )
    GROUP BY match_id
    HAVING began >= {from_time:DateTime64(3, 'UTC')} AND began < {to_time:DateTime64(3, 'UTC')}
),
decided AS
(
    SELECT
        played.match_id AS match,
        began,
        map,
        server,
        kind,
        last_team,
        span_s,
        ended,
        /* if recent_max */ maps, his_kind, his_first, kills, bot_kills, deaths, headshots, last_event_at, allies, axis,
        kind != 'ffa' AND winner IN ('allies', 'axis') AND last_team IN ('allies', 'axis') AS team_decided,
        kind = 'ffa' AND ended AND most_kills > 0 AS ffa_decided,
        (team_decided AND last_team = winner)
            OR (ffa_decided AND arrayExists(guid -> match_kills[guid] = most_kills, {guids:Array(String)})) AS won,
        (team_decided OR ffa_decided) AND NOT won AS lost
    FROM played
    INNER JOIN matches ON matches.match_id = played.match_id
    WHERE true
        /* if server_id */ AND server = {server_id:String}
        /* if map_name */ AND map = {map_name:String}
        /* if gametype */ AND kind = {gametype:String}
)
SELECT
    dimension,
    multiIf(
        /* if dimensions: map */ dimension = 'map', toString(map),
        /* if dimensions: server */ dimension = 'server', toString(server),
        /* if dimensions: gametype */ dimension = 'gametype', toString(kind),
        /* if dimensions: hour */ dimension = 'hour', toString(toHour(began)),
        /* if dimensions: day_of_week */ dimension = 'day_of_week', toString(toDayOfWeek(began)),
        true, '', '') AS label,
    count() AS matches_played,
    countIf(won) AS matches_won,
    countIf(lost) AS matches_lost,
    countIf(ended) AS games,
    sum(greatest(0, span_s)) AS playtime_s,
    countIf(span_s > 21600) AS endless_matches,
    /* if recent_max */ sum(decided.kills) AS kills, sum(decided.bot_kills) AS bot_kills, sum(decided.deaths) AS deaths, sum(decided.headshots) AS headshots,
    /* if recent_max */ countIf(maps > 1) AS moved_matches,
    /* if recent_max */ arraySlice(arraySort(groupArrayIf((-toUnixTimestamp64Milli(his_first), match, map, his_kind, server, last_team,
    /* if recent_max */     decided.kills, decided.bot_kills, decided.deaths, decided.headshots, began, last_event_at, allies, axis,
    /* if recent_max */     team_decided, won, lost), dimension = '')), 1, {recent_max:UInt32}) AS recent,
    countIf(team_decided AND won) AS team_wins,
    countIf(team_decided AND won AND last_team = 'allies') AS allies_wins,
    countIf(team_decided AND won AND last_team = 'axis') AS axis_wins,
    -- Whether each decided match was won, in their order: for the streaks (query/visits.py).
    arraySort(groupArrayIf((began, match, won), won OR lost)).3 AS course
FROM decided
ARRAY JOIN {dimensions:Array(String)} AS dimension
GROUP BY dimension, label
ORDER BY dimension, label
