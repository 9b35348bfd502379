-- Question: what every player did in every match of the time, one row for each player and match?
-- Parameters: game; from_time; to_time
-- Reads: match_players
SELECT
    toString(match_id) AS match,
    player_guid,
    argMaxMerge(name) AS player_name,
    argMaxMerge(match_players.team) AS team,
    max(server_id) AS server,
    max(map_name) AS map,
    max(gametype) AS game_type,
    min(match_players.first_seen) AS first_seen,
    max(match_players.last_seen) AS last_seen,
    max(match_players.is_bot) AS is_bot,
    sum(match_players.kills) AS kills,
    sum(match_players.bot_kills) AS bot_kills,
    sum(match_players.deaths) AS deaths,
    sum(match_players.headshots) AS headshots,
    sum(match_players.team_kills) AS team_kills,
    sum(match_players.suicides) AS suicides,
    sum(match_players.shots_fired) AS shots_fired,
    sum(match_players.shots_hit) AS shots_hit,
    sum(match_players.damage_dealt) AS damage_dealt,
    sum(match_players.damage_taken) AS damage_taken,
    sum(walked + sprinted + swam + driven) * 0.0254 AS distance_m,
    sum(match_players.objectives) AS objectives
FROM match_players
WHERE game = {game:String} AND hour >= toStartOfHour({from_time:DateTime64(3, 'UTC')}) AND hour < {to_time:DateTime64(3, 'UTC')}
GROUP BY match_id, player_guid
ORDER BY match, player_guid
