-- Question: how do the kills and deaths of these players divide by one circumstance, within one value of another?
-- Several dimensions are one statement; `label` is the whole when `dimension` is empty.
-- `figures`: what is counted besides kills and deaths: distances, bots, matches.
-- Parameters: figures; game; guids (one person's, at most 100); dimensions, parent (of: empty, weapon, map, server, game_mode, hour, day, day_of_week,
--   time_of_day, victim, killer, opponent, hitloc, mod, stance, range; dimensions also: match, map_weapon,
--   weapon_hitloc, opponent_weapon); parent_value; weapons (only these as received; empty = any);
--   opponent (guid; empty = any); bounded (0: of all time); from_time, to_time; server_id, map_name, gametype, weapon (empty = any);
--   rows_max (of each dimension)
-- Reads: player_duels
SELECT
    dimension,
    multiIf(
        /* if dimensions: weapon */ dimension = 'weapon', toString(player_duels.weapon),
        /* if dimensions: map */ dimension = 'map', toString(player_duels.map_name),
        /* if dimensions: server */ dimension = 'server', toString(player_duels.server_id),
        /* if dimensions: game_mode */ dimension = 'game_mode', toString(player_duels.gametype),
        /* if dimensions: hour */ dimension = 'hour', toString(toHour(at)),
        /* if dimensions: day */ dimension = 'day', toString(toDate(at)),
        /* if dimensions: day_of_week */ dimension = 'day_of_week', toString(toDayOfWeek(at)),
        /* if dimensions: time_of_day */ dimension = 'time_of_day', ['night', 'morning', 'afternoon', 'evening'][intDiv(toHour(at), 6) + 1],
        /* if dimensions: victim killer opponent */ dimension IN ('victim', 'killer', 'opponent'), opponent_guid,
        /* if dimensions: hitloc */ dimension = 'hitloc', toString(hitloc),
        /* if dimensions: mod */ dimension = 'mod', toString(mod),
        /* if dimensions: stance */ dimension = 'stance', toString(stance),
        /* if dimensions: match */ dimension = 'match', toString(match_id),
        /* if dimensions: map_weapon */ dimension = 'map_weapon', toString(player_duels.map_name) || '\n' || toString(player_duels.weapon),
        /* if dimensions: weapon_hitloc */ dimension = 'weapon_hitloc', toString(player_duels.weapon) || '\n' || toString(hitloc),
        /* if dimensions: opponent_weapon */ dimension = 'opponent_weapon', opponent_guid || '\n' || if(is_death, 'by', 'with') || '\n' || toString(player_duels.weapon),
        /* if dimensions: range */ dimension = 'range', multiIf(distance_units = 0, 'unknown', distance_units * 0.0254 < 10, '<10', distance_units * 0.0254 < 30, '<30', distance_units * 0.0254 < 60, '<60', '>=60'),
        true, '', '') AS label,
    /* if figures: distances */ countIf(NOT is_death AND kill_kind = 'kill' AND distance_units > 0) AS distance_kills,
    /* if figures: distances */ sumIf(distance_units, NOT is_death AND kill_kind = 'kill') AS kill_distance,
    /* if figures: distances */ maxIf(distance_units, NOT is_death AND kill_kind = 'kill') AS longest,
    /* if figures: distances */ minIf(distance_units, NOT is_death AND kill_kind = 'kill' AND distance_units > 0) AS shortest,
    /* if figures: bots */ countIf(NOT is_death AND kill_kind = 'bot' AND distance_units > 0) AS bot_distance_kills,
    /* if figures: bots */ sumIf(distance_units, NOT is_death AND kill_kind = 'bot') AS bot_kill_distance,
    /* if figures: bots */ max(opponent_is_bot) AS with_bot,
    /* if figures: matches */ uniqExact(match_id) AS matches,
    countIf(NOT is_death AND kill_kind = 'kill') AS kills,
    countIf(NOT is_death AND kill_kind = 'bot') AS bot_kills,
    countIf(NOT is_death AND kill_kind = 'team_kill') AS team_kills,
    countIf(is_death) AS deaths,
    countIf(NOT is_death AND kill_kind = 'kill' AND hitloc IN ('head', 'helmet')) AS headshots
FROM player_duels FINAL
ARRAY JOIN {dimensions:Array(String)} AS dimension
WHERE game = {game:String} AND player_guid IN {guids:Array(String)}
    /* if bounded */ AND at >= {from_time:DateTime64(3, 'UTC')} AND at < {to_time:DateTime64(3, 'UTC')}
    /* if server_id */ AND player_duels.server_id = {server_id:String}
    /* if map_name */ AND player_duels.map_name = {map_name:String}
    /* if gametype */ AND player_duels.gametype = {gametype:String}
    /* if weapon */ AND player_duels.weapon = {weapon:String}
    /* if opponent */ AND opponent_guid = {opponent:String}
    /* if weapons */ AND player_duels.weapon IN {weapons:Array(String)}
    /* if parent: weapon */ AND player_duels.weapon = {parent_value:String}
    /* if parent: map */ AND player_duels.map_name = {parent_value:String}
    /* if parent: server */ AND player_duels.server_id = {parent_value:String}
    /* if parent: game_mode */ AND player_duels.gametype = {parent_value:String}
    /* if parent: hour */ AND toString(toHour(at)) = {parent_value:String}
    /* if parent: day */ AND toString(toDate(at)) = {parent_value:String}
    /* if parent: day_of_week */ AND toString(toDayOfWeek(at)) = {parent_value:String}
    /* if parent: time_of_day */ AND ['night', 'morning', 'afternoon', 'evening'][intDiv(toHour(at), 6) + 1] = {parent_value:String}
    /* if parent: victim killer opponent */ AND opponent_guid = {parent_value:String}
    /* if parent: hitloc */ AND hitloc = {parent_value:String}
    /* if parent: stance */ AND stance = {parent_value:String}
    /* if parent: range */ AND multiIf(distance_units = 0, 'unknown', distance_units * 0.0254 < 10, '<10', distance_units * 0.0254 < 30, '<30', distance_units * 0.0254 < 60, '<60', '>=60') = {parent_value:String}
    /* if dimensions: victim */ AND (dimension != 'victim' OR NOT is_death)
    /* if dimensions: killer */ AND (dimension != 'killer' OR is_death)
    /* if dimensions: victim killer opponent opponent_weapon */ AND (dimension NOT IN ('victim', 'killer', 'opponent', 'opponent_weapon') OR kill_kind IN ('kill', 'bot', 'team_kill'))
GROUP BY dimension, label
ORDER BY dimension, kills DESC, deaths DESC, label
LIMIT {rows_max:UInt32} BY dimension
