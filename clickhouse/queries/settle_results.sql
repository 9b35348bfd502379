-- Question: how did these matches end for everybody in them, as views tell it now?
-- Columns are those of match_results; the numbers of `outcome` are those of shared/outcome.sql, which knows one person and not the leaders of a match.
-- The sort key of match_players leads by player, so the players are named.
-- Parameters: game; match_ids; from_time, to_time (their first and last event); settled_at (now)
-- Reads: match_players, match_summaries
SELECT
    {game:String} AS game,
    player_guid,
    played.match_id AS match_id,
    {settled_at:DateTime64(3, 'UTC')} AS settled_at,
    server_id,
    map_name,
    kind AS gametype,
    player_gametype,
    maps,
    last_team AS team,
    multiIf(
        kind = 'ffa' AND ended AND notEmpty(leaders), 1 + has(leaders, player_guid),
        kind != 'ffa' AND winner IN ('allies', 'axis') AND last_team IN ('allies', 'axis'), 3 + (winner = last_team),
        0) AS outcome,
    ended,
    began AS began_at,
    match_to AS last_event_at,
    player_from AS first_seen,
    player_to AS last_seen,
    acted_ms AS span_ms,
    match_rounds AS rounds,
    allies AS allies_score,
    axis AS axis_score,
    kills,
    bot_kills,
    deaths,
    headshots,
    events
FROM
(
    SELECT
        player_guid,
        match_id,
        argMaxMerge(match_players.team) AS last_team,
        max(match_players.server_id) AS server_id,
        max(match_players.map_name) AS map_name,
        max(match_players.gametype) AS player_gametype,
        uniqExact(match_players.map_name) AS maps,
        min(match_players.first_seen) AS player_from,
        max(match_players.last_seen) AS player_to,
        dateDiff('millisecond', min(first_acted), max(last_acted)) AS acted_ms,
        sum(match_players.kills) AS kills,
        sum(match_players.bot_kills) AS bot_kills,
        sum(match_players.deaths) AS deaths,
        sum(match_players.headshots) AS headshots,
        sum(match_players.events) AS events
    FROM match_players
    WHERE game = {game:String}
        AND player_guid IN (SELECT arrayJoin(players) FROM match_summaries WHERE game = {game:String} AND match_id IN {match_ids:Array(UUID)})
        AND hour >= toStartOfHour({from_time:DateTime64(3, 'UTC')}) AND hour <= {to_time:DateTime64(3, 'UTC')}
        AND match_id IN {match_ids:Array(UUID)}
    GROUP BY player_guid, match_id
) AS played
INNER JOIN
(
    SELECT
        match_id,
        min(first_event) AS began,
        max(last_event) AS match_to,
        max(match_summaries.gametype) AS kind,
        max(ended_at) > toDateTime64(0, 3, 'UTC') AS ended,
        argMaxMerge(winning_team) AS winner,
        argMaxMerge(match_summaries.allies_score) AS allies,
        argMaxMerge(match_summaries.axis_score) AS axis,
        max(match_summaries.rounds) AS match_rounds,
        sumMap(player_kills) AS kills_of,
        mapKeys(mapFilter((_, killed) -> killed > 0 AND killed = arrayMax(mapValues(kills_of)), kills_of)) AS leaders
    FROM match_summaries
    WHERE game = {game:String} AND match_id IN {match_ids:Array(UUID)}
    GROUP BY match_id
) AS decided ON decided.match_id = played.match_id
