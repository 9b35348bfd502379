-- Question: how do the kills and deaths of these players divide by one circumstance, within one value of another?
-- Parameters: game; guids (one person's, at most 100); dimension, parent (empty, weapon, map, server, game_mode, hour, day, day_of_week,
--   time_of_day, victim, killer, opponent, hitloc, mod, stance, range, match); parent_value; weapons (only these as received; empty = any);
--   opponent (guid; empty = any); from_time, to_time; server_id, map_name, gametype, weapon (empty = any); rows_max
-- Reads: player_duels
SELECT
    multiIf(
        {dimension:String} = 'weapon', toString(player_duels.weapon),
        {dimension:String} = 'map', toString(player_duels.map_name),
        {dimension:String} = 'server', toString(player_duels.server_id),
        {dimension:String} = 'game_mode', toString(player_duels.gametype),
        {dimension:String} = 'hour', toString(toHour(at)),
        {dimension:String} = 'day', toString(toDate(at)),
        {dimension:String} = 'day_of_week', toString(toDayOfWeek(at)),
        {dimension:String} = 'time_of_day', ['night', 'morning', 'afternoon', 'evening'][intDiv(toHour(at), 6) + 1],
        {dimension:String} IN ('victim', 'killer', 'opponent'), opponent_guid,
        {dimension:String} = 'hitloc', toString(hitloc),
        {dimension:String} = 'mod', toString(mod),
        {dimension:String} = 'stance', toString(stance),
        {dimension:String} = 'match', toString(match_id),
        {dimension:String} = 'map_weapon', toString(player_duels.map_name) || '\n' || toString(player_duels.weapon),
        {dimension:String} = 'opponent_weapon', opponent_guid || '\n' || if(is_death, 'by', 'with') || '\n' || toString(player_duels.weapon),
        {dimension:String} = 'range', multiIf(distance_units = 0, 'unknown', distance_units * 0.0254 < 10, '<10', distance_units * 0.0254 < 30, '<30',
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
    AND ({dimension:String} != 'victim' OR NOT is_death)
    AND ({dimension:String} != 'killer' OR is_death)
    AND ({dimension:String} NOT IN ('victim', 'killer', 'opponent', 'opponent_weapon') OR kill_kind IN ('kill', 'bot', 'team_kill'))
GROUP BY label
ORDER BY kills DESC, deaths DESC, label
LIMIT {rows_max:UInt32}
