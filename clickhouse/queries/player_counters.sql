-- Question: what did these players do, by where or when (or in all), as views count it? Several dimensions are one statement.
-- Hours are those of the clock in UTC; `label` is the whole when `dimension` is empty; asked for the whole
-- alone they are left out.
-- Parameters: game; guids (at most 100); dimensions (of: empty, map, server, gametype, game_mode, hour, day, time_of_day,
--   day_of_week); bounded (0: of all time); from_time, to_time (full hours); server_id, map_name, gametype (empty = any)
-- Reads: match_players
SELECT
    /* if dimensions */ dimension,
    /* if dimensions */ multiIf(
        /* if dimensions: map */ dimension = 'map', toString(match_players.map_name),
        /* if dimensions: server */ dimension = 'server', toString(match_players.server_id),
        /* if dimensions: gametype game_mode */ dimension IN ('gametype', 'game_mode'), toString(match_players.gametype),
        /* if dimensions: hour */ dimension = 'hour', toString(toHour(hour)),
        /* if dimensions: day */ dimension = 'day', toString(toDate(hour)),
        /* if dimensions: day_of_week */ dimension = 'day_of_week', toString(toDayOfWeek(hour)),
        /* if dimensions: time_of_day */ dimension = 'time_of_day', ['night', 'morning', 'afternoon', 'evening'][intDiv(toHour(hour), 6) + 1],
        /* if dimensions */ true, '', '') AS label,
    max(is_bot) AS bot,
    uniqExact(match_id) AS matches_played,
    sum(kills) AS kills,
    sum(bot_kills) AS bot_kills,
    sum(team_kills) AS team_kills,
    sum(suicides) AS suicides,
    sum(deaths) AS deaths,
    sum(world_deaths) AS world_deaths,
    sum(headshots) AS headshots,
    sum(torso_kills) AS torso_kills,
    sum(limb_kills) AS limb_kills,
    sum(standing_kills) AS standing_kills,
    sum(crouching_kills) AS crouching_kills,
    sum(prone_kills) AS prone_kills,
    greatest(sum(bash_kills), sum(bash_events)) AS all_bash_kills,
    sum(grenade_kills) AS grenade_kills,
    greatest(sum(vehicle_kills), sum(roadkill_events)) AS roadkills,
    greatest(sum(telefrag_kills), sum(telefrag_events)) AS telefrags,
    greatest(sum(crush_kills), sum(crush_events)) AS crushed,
    sum(shots_fired) AS shots_fired,
    sum(shots_hit) AS shots_hit,
    sum(damage_dealt) AS damage_dealt,
    sum(damage_taken) AS damage_taken,
    sum(grenades_thrown) AS grenades_thrown,
    sum(items_picked) AS items_picked,
    sum(items_dropped) AS items_dropped,
    sum(health_picked) AS health_picked,
    sum(ammo_picked) AS ammo_picked,
    sum(armor_picked) AS armor_picked,
    sum(jumps) AS jumps,
    sum(crouches) AS crouches,
    sum(prones) AS prones,
    sum(ladders) AS ladders,
    sum(chat_messages) AS chat_messages,
    sum(doors_opened) AS doors_opened,
    sum(doors_closed) AS doors_closed,
    sum(uses) AS uses,
    sum(vehicles_entered) AS vehicles_entered,
    sum(turrets_entered) AS turrets_entered,
    sum(objectives) AS objectives,
    sum(distance_kills) AS distance_kills,
    sum(kill_distance) AS kill_distance,
    sum(walked) AS walked,
    sum(sprinted) AS sprinted,
    sum(swam) AS swam,
    sum(driven) AS driven
FROM match_players
/* if dimensions */ ARRAY JOIN {dimensions:Array(String)} AS dimension
WHERE game = {game:String} AND player_guid IN {guids:Array(String)}
    /* if bounded */ AND hour >= {from_time:DateTime64(3, 'UTC')} AND hour < {to_time:DateTime64(3, 'UTC')}
    /* if server_id */ AND match_players.server_id = {server_id:String}
    /* if map_name */ AND match_players.map_name = {map_name:String}
    /* if gametype */ AND match_players.gametype = {gametype:String}
/* if dimensions */ GROUP BY dimension, label
HAVING matches_played > 0
/* if dimensions */ ORDER BY dimension, label
