-- Question: what every player did in the time (whole days, UTC), one row each?
-- Parameters: game; from_time; to_time
-- Reads: player_days
SELECT
    player_guid,
    argMaxMerge(name) AS player_name,
    max(player_days.is_bot) AS is_bot,
    max(player_days.smf_id) AS smf_id,
    min(player_days.first_seen) AS first_seen,
    max(player_days.last_seen) AS last_seen,
    sum(player_days.kills) AS kills,
    sum(player_days.bot_kills) AS bot_kills,
    sum(player_days.deaths) AS deaths,
    sum(player_days.headshots) AS headshots,
    sum(player_days.team_kills) AS team_kills,
    sum(player_days.suicides) AS suicides,
    sum(player_days.shots_fired) AS shots_fired,
    sum(player_days.shots_hit) AS shots_hit,
    sum(player_days.damage_dealt) AS damage_dealt,
    sum(player_days.damage_taken) AS damage_taken,
    sum(walked + sprinted + swam + driven) * 0.0254 AS distance_m,
    sum(player_days.jumps) AS jumps,
    sum(player_days.objectives) AS objectives
FROM player_days
WHERE game = {game:String} AND day >= toDate({from_time:DateTime64(3, 'UTC')}) AND day < {to_time:DateTime64(3, 'UTC')}
GROUP BY player_guid
ORDER BY player_guid
