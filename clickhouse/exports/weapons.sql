-- Question: what every player did with every weapon on every day of the time (UTC)?
-- Parameters: game; from_time; to_time
-- Reads: weapon_player_days
SELECT
    day,
    weapon,
    player_guid,
    max(weapon_player_days.is_bot) AS is_bot,
    sum(weapon_player_days.kills) AS kills,
    sum(weapon_player_days.bot_kills) AS bot_kills,
    sum(weapon_player_days.deaths) AS deaths,
    sum(weapon_player_days.headshots) AS headshots,
    sum(weapon_player_days.shots_fired) AS shots_fired,
    sum(weapon_player_days.shots_hit) AS shots_hit,
    sum(weapon_player_days.damage_dealt) AS damage_dealt,
    sum(kill_distance) * 0.0254 AS kill_distance_sum_m,
    sum(weapon_player_days.distance_kills) AS distance_kills
FROM weapon_player_days
WHERE game = {game:String} AND day >= toDate({from_time:DateTime64(3, 'UTC')}) AND day < {to_time:DateTime64(3, 'UTC')}
GROUP BY day, weapon, player_guid
ORDER BY day, weapon, player_guid
