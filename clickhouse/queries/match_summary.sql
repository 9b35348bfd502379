-- Question: where and when was a match played, and as far as asked for: who was in it, how did it end, and all else that is known of it?
-- Parameters: game; match_id; parts (of `players`, `result`, `figures`); players_max (of `some_players`)
-- Reads: match_summaries
SELECT
    toString(match_id) AS match,
    max(server_id) AS server,
    min(first_event) AS started_at,
    /* if parts: players */ length(groupUniqArrayArray(players)) AS player_count,
    /* if parts: players */ arraySlice(groupUniqArrayArray(players), 1, {players_max:UInt32}) AS some_players,
    /* if parts: result */ max(gametype) AS game_type,
    /* if parts: result */ max(ended_at) AS said_ended_at,
    /* if parts: result */ argMaxMerge(winning_team) AS winner,
    /* if parts: result */ argMaxMerge(allies_score) AS allies,
    /* if parts: result */ argMaxMerge(axis_score) AS axis,
    /* if parts: figures */ max(match_wire_id) AS wire_id,
    /* if parts: figures */ max(map_name) AS map,
    /* if parts: figures */ sum(kills) AS total_kills,
    /* if parts: figures */ sum(bot_kills) AS total_bot_kills,
    /* if parts: figures */ sum(deaths) AS total_deaths,
    /* if parts: figures */ sum(headshots) AS total_headshots,
    /* if parts: figures */ max(max_players) AS places,
    /* if parts: figures */ max(rounds) AS round_count,
    max(last_event) AS last_event_at
FROM match_summaries
WHERE game = {game:String} AND match_id = {match_id:UUID}
GROUP BY match_id
