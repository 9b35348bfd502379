-- Question: what does the rating of these matches rest on, player by player?
-- Parameters: game; match_ids (at most 50); from_hour, to_hour (hours of their first and last event)
-- Reads: match_players, match_summaries
SELECT
    toString(match_id) AS id,
    player_guid,
    argMaxMerge(team) AS last_team,
    max(is_bot) AS bot,
    sum(kills) AS kills,
    sum(deaths) AS deaths,
    greatest(0, dateDiff('millisecond', min(first_acted), max(last_acted))) / 1000 AS played_s
FROM match_players
WHERE game = {game:String}
    AND player_guid IN
    (
        SELECT arrayJoin(players)
        FROM match_summaries
        WHERE game = {game:String} AND match_id IN {match_ids:Array(UUID)}
    )
    AND hour >= {from_hour:DateTime('UTC')} AND hour <= {to_hour:DateTime('UTC')}
    AND match_id IN {match_ids:Array(UUID)}
GROUP BY match_id, player_guid
