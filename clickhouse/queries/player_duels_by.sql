-- Question: how do the kills and deaths of these players divide by one circumstance, within one value of another?
-- Several dimensions are one statement; `label` is the whole when `dimension` is empty.
-- Parameters: game; guids (one person's, at most 100); dimensions, parent (of: empty, weapon, map, server, game_mode, hour, day, day_of_week,
--   time_of_day, victim, killer, opponent, hitloc, mod, stance, range; dimensions also: match, map_weapon,
--   weapon_hitloc, opponent_weapon); parent_value; weapons (only these as received; empty = any);
--   opponent (guid; empty = any); from_time, to_time; server_id, map_name, gametype, weapon (empty = any); rows_max (of each dimension)
-- Reads: player_duels
SELECT
    dimension,
    multiIf(
        dimension = 'weapon', toString(player_duels.weapon),
        dimension = 'map', toString(player_duels.map_name),
        dimension = 'server', toString(player_duels.server_id),
        dimension = 'game_mode', toString(player_duels.gametype),
        dimension = 'hour', toString(toHour(at)),
        dimension = 'day', toString(toDate(at)),
        dimension = 'day_of_week', toString(toDayOfWeek(at)),
        dimension = 'time_of_day', ['night', 'morning', 'afternoon', 'evening'][intDiv(toHour(at), 6) + 1],
        dimension IN ('victim', 'killer', 'opponent'), opponent_guid,
        dimension = 'hitloc', toString(hitloc),
        dimension = 'mod', toString(mod),
        dimension = 'stance', toString(stance),
        dimension = 'match', toString(match_id),
        dimension = 'map_weapon', toString(player_duels.map_name) || '\n' || toString(player_duels.weapon),
        dimension = 'weapon_hitloc', toString(player_duels.weapon) || '\n' || toString(hitloc),
        dimension = 'opponent_weapon', opponent_guid || '\n' || if(is_death, 'by', 'with') || '\n' || toString(player_duels.weapon),
        dimension = 'range', multiIf(distance_units = 0, 'unknown', distance_units * 0.0254 < 10, '<10', distance_units * 0.0254 < 30, '<30',
            distance_units * 0.0254 < 60, '<60', '>=60'),
        '') AS label,
    countIf(NOT is_death AND kill_kind = 'kill') AS kills,
    countIf(NOT is_death AND kill_kind = 'bot') AS bot_kills,
    countIf(NOT is_death AND kill_kind = 'team_kill') AS team_kills,
    countIf(is_death) AS deaths,
    countIf(NOT is_death AND kill_kind = 'kill' AND hitloc IN ('head', 'helmet')) AS headshots,
    countIf(NOT is_death AND kill_kind = 'kill' AND distance_units > 0) AS distance_kills,
    sumIf(distance_units, NOT is_death AND kill_kind = 'kill') AS kill_distance,
    maxIf(distance_units, NOT is_death AND kill_kind = 'kill') AS longest,
    minIf(distance_units, NOT is_death AND kill_kind = 'kill' AND distance_units > 0) AS shortest,
    countIf(NOT is_death AND kill_kind = 'bot' AND distance_units > 0) AS bot_distance_kills,
    sumIf(distance_units, NOT is_death AND kill_kind = 'bot') AS bot_kill_distance,
    uniqExact(match_id) AS matches,
    max(opponent_is_bot) AS with_bot
FROM player_duels FINAL
ARRAY JOIN {dimensions:Array(String)} AS dimension
WHERE game = {game:String} AND player_guid IN {guids:Array(String)}
    AND at >= {from_time:DateTime64(3, 'UTC')} AND at < {to_time:DateTime64(3, 'UTC')}
    AND ({server_id:String} = '' OR player_duels.server_id = {server_id:String})
    AND ({map_name:String} = '' OR player_duels.map_name = {map_name:String})
    AND ({gametype:String} = '' OR player_duels.gametype = {gametype:String})
    AND ({weapon:String} = '' OR player_duels.weapon = {weapon:String})
    AND ({opponent:String} = '' OR opponent_guid = {opponent:String})
    AND (empty({weapons:Array(String)}) OR player_duels.weapon IN {weapons:Array(String)})
    AND multiIf(
        {parent:String} = '', 1,
        {parent:String} = 'weapon', player_duels.weapon = {parent_value:String},
        {parent:String} = 'map', player_duels.map_name = {parent_value:String},
        {parent:String} = 'server', player_duels.server_id = {parent_value:String},
        {parent:String} = 'game_mode', player_duels.gametype = {parent_value:String},
        {parent:String} = 'hour', toString(toHour(at)) = {parent_value:String},
        {parent:String} = 'day', toString(toDate(at)) = {parent_value:String},
        {parent:String} = 'day_of_week', toString(toDayOfWeek(at)) = {parent_value:String},
        {parent:String} = 'time_of_day', ['night', 'morning', 'afternoon', 'evening'][intDiv(toHour(at), 6) + 1] = {parent_value:String},
        {parent:String} IN ('victim', 'killer', 'opponent'), opponent_guid = {parent_value:String},
        {parent:String} = 'hitloc', hitloc = {parent_value:String},
        {parent:String} = 'stance', stance = {parent_value:String},
        {parent:String} = 'range', multiIf(distance_units = 0, 'unknown', distance_units * 0.0254 < 10, '<10', distance_units * 0.0254 < 30, '<30',
            distance_units * 0.0254 < 60, '<60', '>=60') = {parent_value:String},
        1)
    AND (dimension != 'victim' OR NOT is_death)
    AND (dimension != 'killer' OR is_death)
    AND (dimension NOT IN ('victim', 'killer', 'opponent', 'opponent_weapon') OR kill_kind IN ('kill', 'bot', 'team_kill'))
GROUP BY dimension, label
ORDER BY dimension, kills DESC, deaths DESC, label
LIMIT {rows_max:UInt32} BY dimension
