-- Question: every match that began in the time, one row each?
-- Parameters: game; from_time; to_time
-- Reads: match_summaries
SELECT
    toString(match_id) AS match,
    max(match_wire_id) AS wire_id,
    max(server_id) AS server,
    max(map_name) AS map,
    max(gametype) AS game_type,
    min(first_event) AS started_at,
    max(last_event) AS last_event_at,
    nullIf(max(match_summaries.ended_at), toDateTime64(0, 3, 'UTC')) AS ended_at,
    length(groupUniqArrayArray(players)) AS player_count,
    sum(match_summaries.kills) AS kills,
    sum(match_summaries.bot_kills) AS bot_kills,
    sum(match_summaries.deaths) AS deaths,
    sum(match_summaries.headshots) AS headshots,
    argMaxMerge(winning_team) AS winner,
    argMaxMerge(match_summaries.allies_score) AS allies_score,
    argMaxMerge(match_summaries.axis_score) AS axis_score,
    max(match_summaries.rounds) AS rounds
FROM match_summaries
WHERE game = {game:String}
GROUP BY match_id
HAVING started_at >= {from_time:DateTime64(3, 'UTC')} AND started_at < {to_time:DateTime64(3, 'UTC')}
ORDER BY started_at, match
