-- Question: which team won the matches of each map that began in a period?
-- Parameters: game; map_name, server_id, gametype (empty = all); gametypes (those with two teams); from_time, to_time (excluded)
-- Reads: match_summaries
SELECT
    map,
    count() AS matches,
    countIf(winner = 'allies') AS allies,
    countIf(winner = 'axis') AS axis
FROM
(
    SELECT
        max(map_name) AS map,
        max(match_summaries.gametype) AS match_gametype,
        max(match_summaries.server_id) AS server,
        min(first_event) AS began_at,
        argMaxMerge(winning_team) AS winner
    FROM match_summaries
    WHERE game = {game:String}
    GROUP BY match_id
    HAVING max(notEmpty(players)) AND match_gametype IN {gametypes:Array(String)}
        AND began_at >= {from_time:DateTime('UTC')} AND began_at < {to_time:DateTime('UTC')}
        /* if map_name */ AND map = {map_name:String}
        /* if server_id */ AND server = {server_id:String}
        /* if gametype */ AND match_gametype = {gametype:String}
)
GROUP BY map
