-- Question: the matches of each map that began in a period: how many, how long, how many played, which team won?
-- Parameters: game; map_name, server_id, gametype (empty = all); from_time, to_time (excluded: when it began)
-- Reads: match_summaries
SELECT
    map,
    count() AS matches,
    sum(match_kills) AS kills,
    sum(match_deaths) AS deaths,
    sum(duration_s) AS playtime_s,
    avg(duration_s) AS average_duration_s,
    avg(player_count) AS average_players,
    countIf(winner = 'allies') AS allies_wins,
    countIf(winner = 'axis') AS axis_wins,
    max(last_event_at) AS last_played_at
FROM
(
    SELECT
        max(map_name) AS map,
        max(match_summaries.gametype) AS match_gametype,
        max(match_summaries.server_id) AS server,
        min(first_event) AS began_at,
        max(last_event) AS last_event_at,
        sum(kills) AS match_kills,
        sum(deaths) AS match_deaths,
        argMaxMerge(winning_team) AS winner,
        dateDiff('millisecond', began_at, last_event_at) / 1000 AS duration_s,
        length(groupUniqArrayArray(players)) AS player_count
    FROM match_summaries
    WHERE game = {game:String}
    GROUP BY match_id
    HAVING player_count > 0
        AND began_at >= {from_time:DateTime('UTC')} AND began_at < {to_time:DateTime('UTC')}
        /* if server_id */ AND server = {server_id:String}
        /* if gametype */ AND match_gametype = {gametype:String}
)
WHERE map != ''
    /* if map_name */ AND map = {map_name:String}
GROUP BY map
