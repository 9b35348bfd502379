-- What matches decide about every player of a scope (query/scope.py), by the names of query/ranked_stats.py, which tells how
-- wins are decided. A match belongs to the hour in which it began.
-- Parameters: game; bounded (0: of all time); from_time, to_time; server_id, map_name, gametype (empty: any); hours, weekdays (empty: any);
--   with_bots (0 or 1); guids (empty: everybody); source (how the time played is told: days, by the whole of each match, which is
--   wrong for `endless_matches`, or hours, by the hours of those, which is right)
SELECT
    player_guid,
    count() AS matches_played,
    countIf(span_s > 21600) AS endless_matches,
    sum(match_kills) AS kills,
    countIf(outcome IN (2, 4)) AS wins,
    countIf(outcome = 4) AS team_wins,
    countIf(outcome = 2) AS ffa_wins,
    countIf(outcome IN (1, 3)) AS losses,
    countIf(ended) AS games,
    sum(match_rounds) AS rounds,
    sum(played_s) AS playtime,
    sum(match_distance) AS distance,
    countIf(encounters >= 5) AS rated_matches,
    -- Over matches with at least five kills and deaths: one of two is no sign of anything (spec/openmohaa.md 7.2).
    stddevPopStableIf(match_kills / greatest(match_deaths, 1), encounters >= 5) AS kd_deviation
FROM
(
    SELECT
        player_guid,
        is_bot,
        ended,
        match_rounds,
        span_s,
        played_s,
        match_kills,
        match_deaths,
        match_distance,
        match_kills + match_deaths AS encounters,
        -- The numbers of shared/outcome.sql, which knows one person and not the leaders of a match.
        multiIf(
            match_gametype = 'ffa' AND ended AND notEmpty(leaders), 1 + has(leaders, player_guid),
            match_gametype != 'ffa' AND winner IN ('allies', 'axis') AND last_team IN ('allies', 'axis'), 3 + (last_team = winner),
            0) AS outcome
    FROM
    (
        SELECT
            player_guid,
            match_id,
            argMaxMerge(team) AS last_team,
            max(match_players.is_bot) AS is_bot,
            sum(kills) AS match_kills,
            sum(deaths) AS match_deaths,
            sum(walked) + sum(sprinted) + sum(swam) + sum(driven) AS match_distance,
            dateDiff('millisecond', min(first_acted), max(last_acted)) / 1000 AS span_s,
            /* include shared/played_{source}.sql */
        FROM match_players
        WHERE game = {game:String}
            /* if guids */ AND player_guid IN {guids:Array(String)}
            /* if server_id */ AND server_id = {server_id:String}
            /* if bounded */ AND hour >= {from_time:DateTime64(3, 'UTC')}
        GROUP BY player_guid, match_id
    ) AS played
    INNER JOIN
    (
        SELECT
            match_id,
            max(gametype) AS match_gametype,
            max(ended_at) > toDateTime64(0, 3, 'UTC') AS ended,
            argMaxMerge(winning_team) AS winner,
            max(rounds) AS match_rounds,
            min(first_event) AS began_at,
            sumMap(player_kills) AS kills_of,
            -- Few names for each of the match's players, where the whole map would be copied; nobody's where nobody killed.
            mapKeys(mapFilter((_, killed) -> killed > 0 AND killed = arrayMax(mapValues(kills_of)), kills_of)) AS leaders
        FROM match_summaries
        WHERE game = {game:String}
            /* if guids */ AND match_id IN (SELECT match_id FROM match_players WHERE game = {game:String} AND player_guid IN {guids:Array(String)})
        GROUP BY match_id
        HAVING true
            /* if bounded */ AND began_at >= {from_time:DateTime64(3, 'UTC')} AND began_at < {to_time:DateTime64(3, 'UTC')}
            /* if hours */ AND toHour(began_at) IN {hours:Array(UInt8)}
            /* if weekdays */ AND toDayOfWeek(began_at) IN {weekdays:Array(UInt8)}
            /* if server_id */ AND max(server_id) = {server_id:String}
            /* if map_name */ AND max(map_name) = {map_name:String}
            /* if gametype */ AND match_gametype = {gametype:String}
    ) AS matches ON matches.match_id = played.match_id
)
GROUP BY player_guid
HAVING {with_bots:UInt8} OR NOT max(is_bot)
