-- Question: what did these players do, by where or when (or in all), as views count it? Several dimensions are one statement.
-- Hours are those of the clock in UTC; `label` is the whole when `dimension` is empty; asked for the whole
-- alone they are left out.
-- `figures`: what is counted besides kills, deaths and matches, for each sum is planned: fights, ways (to kill and die), stances, ranges,
--   moves, items, uses, presence (what tells whether he was seen since).
-- Parameters: figures; game; guids (at most 100); dimensions (of: empty, map, server, gametype, game_mode, hour, day, time_of_day,
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
    /* if figures: fights */ sum(bot_kills) AS bot_kills,
    /* if figures: fights */ sum(headshots) AS headshots,
    /* if figures: fights */ sum(shots_fired) AS shots_fired,
    /* if figures: fights */ sum(shots_hit) AS shots_hit,
    /* if figures: fights */ sum(damage_dealt) AS damage_dealt,
    /* if figures: ways */ sum(team_kills) AS team_kills,
    /* if figures: ways */ sum(suicides) AS suicides,
    /* if figures: ways */ sum(world_deaths) AS world_deaths,
    /* if figures: ways */ sum(torso_kills) AS torso_kills,
    /* if figures: ways */ sum(limb_kills) AS limb_kills,
    /* if figures: ways */ greatest(sum(bash_kills), sum(bash_events)) AS all_bash_kills,
    /* if figures: ways */ sum(grenade_kills) AS grenade_kills,
    /* if figures: ways */ greatest(sum(vehicle_kills), sum(roadkill_events)) AS roadkills,
    /* if figures: ways */ greatest(sum(telefrag_kills), sum(telefrag_events)) AS telefrags,
    /* if figures: ways */ sum(grenades_thrown) AS grenades_thrown,
    /* if figures: ways */ sum(damage_taken) AS damage_taken,
    /* if figures: stances */ sum(standing_kills) AS standing_kills,
    /* if figures: stances */ sum(crouching_kills) AS crouching_kills,
    /* if figures: stances */ sum(prone_kills) AS prone_kills,
    /* if figures: ranges */ sum(distance_kills) AS distance_kills,
    /* if figures: ranges */ sum(kill_distance) AS kill_distance,
    /* if figures: moves */ sum(jumps) AS jumps,
    /* if figures: moves */ sum(crouches) AS crouches,
    /* if figures: moves */ sum(prones) AS prones,
    /* if figures: moves */ sum(ladders) AS ladders,
    /* if figures: moves */ sum(walked) AS walked,
    /* if figures: moves */ sum(sprinted) AS sprinted,
    /* if figures: moves */ sum(swam) AS swam,
    /* if figures: moves */ sum(driven) AS driven,
    /* if figures: items */ sum(items_picked) AS items_picked,
    /* if figures: items */ sum(items_dropped) AS items_dropped,
    /* if figures: items */ sum(health_picked) AS health_picked,
    /* if figures: items */ sum(ammo_picked) AS ammo_picked,
    /* if figures: items */ sum(armor_picked) AS armor_picked,
    /* if figures: uses */ sum(chat_messages) AS chat_messages,
    /* if figures: uses */ sum(doors_opened) AS doors_opened,
    /* if figures: uses */ sum(doors_closed) AS doors_closed,
    /* if figures: uses */ sum(uses) AS uses,
    /* if figures: uses */ sum(vehicles_entered) AS vehicles_entered,
    /* if figures: uses */ sum(turrets_entered) AS turrets_entered,
    /* if figures: uses */ sum(objectives) AS objectives,
    /* if figures: presence */ sum(events) AS events,
    /* if figures: presence */ max(match_players.last_seen) AS last_seen,
    sum(kills) AS kills,
    sum(deaths) AS deaths,
    uniqExact(match_id) AS matches_played
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
