-- What shared/weapon_stats.sql sums when a scope names a place, a part of the day or a bound inside a day: raw events, which go as far
-- back as they are kept.
-- Parameters: game; weapon (as received); from_time, to_time; server_id, map_name, gametype (empty: any); hours, weekdays (empty: any);
--   guids (empty: everybody)
SELECT
    if(is_target, target_guid, raw_events.player_guid) AS player_guid,
    if(is_target, target_is_bot, player_is_bot) AS is_bot,
    toUInt64(NOT is_target AND kill_kind = 'kill') AS kills,
    toUInt64(NOT is_target AND kill_kind = 'bot') AS bot_kills,
    toUInt64(is_target) AS deaths,
    toUInt64(kills AND hitloc IN ('head', 'helmet')) AS headshots,
    toUInt64(NOT is_target AND event_type = 'weapon_fire') AS shots_fired,
    toUInt64(NOT is_target AND event_type = 'weapon_hit') AS shots_hit,
    if(event_type = 'damage' AND raw_events.player_guid != target_guid, damage, 0) AS damage_dealt,
    toUInt64(NOT is_target AND kill_kind = 'team_kill') AS team_kills,
    toUInt64(NOT is_target AND kill_kind = 'suicide') AS suicides
/* include shared/raw_sides.sql */
WHERE game = {game:String}
    AND weapon = {weapon:String}
    AND event_type IN ('player_kill', 'bot_killed', 'damage', 'weapon_fire', 'weapon_hit')
    AND event_time >= {from_time:DateTime64(3, 'UTC')} AND event_time < {to_time:DateTime64(3, 'UTC')}
    /* if server_id */ AND server_id = {server_id:String}
    /* if map_name */ AND map_name = {map_name:String}
    /* if gametype */ AND gametype = {gametype:String}
    /* if hours */ AND toHour(event_time) IN {hours:Array(UInt8)}
    /* if weekdays */ AND toDayOfWeek(event_time) IN {weekdays:Array(UInt8)}
    /* if guids */ AND if(is_target, target_guid, raw_events.player_guid) IN {guids:Array(String)}
