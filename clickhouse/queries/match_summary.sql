-- Question: where, when and how was a match played, and who was in it?
-- Parameters: game; match_id; players_max (of `some_players`)
-- Reads: match_summaries
SELECT
    toString(match_id) AS match,
    max(match_wire_id) AS wire_id,
    max(server_id) AS server,
    max(map_name) AS map,
    max(gametype) AS game_type,
    min(first_event) AS started_at,
    max(last_event) AS last_event_at,
    max(ended_at) AS said_ended_at,
    sum(kills) AS total_kills,
    sum(bot_kills) AS total_bot_kills,
    sum(deaths) AS total_deaths,
    sum(headshots) AS total_headshots,
    length(groupUniqArrayArray(players)) AS player_count,
    arraySlice(groupUniqArrayArray(players), 1, {players_max:UInt32}) AS some_players,
    max(max_players) AS places,
    max(rounds) AS round_count,
    argMaxMerge(winning_team) AS winner,
    argMaxMerge(allies_score) AS allies,
    argMaxMerge(axis_score) AS axis
FROM match_summaries
WHERE game = {game:String} AND match_id = {match_id:UUID}
GROUP BY match_id
