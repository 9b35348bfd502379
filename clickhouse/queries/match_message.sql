-- Question: what does a message tell of a match: where and when it was played, how it ended, and the five with most kills? Its columns are what
--   receivers of webhooks read (docs/live.md). No row of a match nobody heard of.
-- Parameters: game; match_id
-- Reads: match_summaries, match_players
WITH
    here AS
    (
        SELECT toStartOfHour(min(first_event)) AS from_hour, toStartOfHour(max(last_event)) AS to_hour, groupUniqArrayArray(players) AS guids
        FROM match_summaries
        WHERE game = {game:String} AND match_id = {match_id:UUID}
    ),
    best AS
    (
        SELECT groupArraySorted(5)((-most, fewest, player_guid, named)) AS five
        FROM
        (
            SELECT player_guid, argMaxMerge(name) AS named, toInt64(sum(kills)) AS most, sum(deaths) AS fewest
            FROM match_players
            WHERE game = {game:String}
                AND player_guid IN (SELECT arrayJoin(guids) FROM here)
                AND hour >= (SELECT from_hour FROM here) AND hour <= (SELECT to_hour FROM here)
                AND match_id = {match_id:UUID}
            GROUP BY player_guid
        )
    )
SELECT
    toString(match_id) AS match,
    max(server_id) AS server,
    max(map_name) AS map,
    max(gametype) AS game_type,
    min(first_event) AS started_at,
    max(last_event) AS ended_at,
    argMaxMerge(winning_team) AS winner,
    argMaxMerge(allies_score) AS allies,
    argMaxMerge(axis_score) AS axis,
    sum(kills) AS total_kills,
    length(groupUniqArrayArray(players)) AS player_count,
    arrayMap(one -> (one.3, one.4, -one.1, one.2), (SELECT five FROM best)) AS leaders
FROM match_summaries
WHERE game = {game:String} AND match_id = {match_id:UUID}
GROUP BY match_id
