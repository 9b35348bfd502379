-- What every player did with a weapon in a scope (query/scope.py), by the names of query/ranked_stats.py.
-- Parameters: source (weapon_days: weapon_player_days, for whole days everywhere; else weapon_events: raw_events, which
--   go as far back as they are kept); game; weapon (as received); from_day, to_day; from_time, to_time; server_id, map_name,
--   gametype (empty: any); hours, weekdays (empty: any); with_bots (0 or 1); guids (empty: everybody)
SELECT
    *,
    kills + bot_kills AS total_kills,
    kills + deaths AS encounters,
    kills / greatest(deaths, 1) AS kd_ratio,
    if(shots_fired = 0, 0, shots_hit / shots_fired * 100) AS accuracy,
    damage_dealt AS damage,
    team_kills AS teamkills
FROM
(
    SELECT
        player_guid,
        sum(kills) AS kills,
        sum(bot_kills) AS bot_kills,
        sum(deaths) AS deaths,
        sum(headshots) AS headshots,
        sum(shots_fired) AS shots_fired,
        sum(shots_hit) AS shots_hit,
        sum(damage_dealt) AS damage_dealt,
        sum(team_kills) AS team_kills,
        sum(suicides) AS suicides
    FROM
    (
        -- A branch whose source is not the one wanted is false before anything is read.
        SELECT
            player_guid, is_bot, kills, bot_kills, deaths, headshots, shots_fired, shots_hit, damage_dealt, team_kills,
            suicides
        FROM weapon_player_days
        WHERE {source:String} = 'weapon_days'
            AND game = {game:String}
            AND weapon = {weapon:String}
            AND day >= {from_day:Date} AND day < {to_day:Date}
            /* if guids */ AND player_guid IN {guids:Array(String)}
        UNION ALL
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
        FROM raw_events
        ARRAY JOIN multiIf(
            target_guid = '' OR kill_kind = '', if(raw_events.player_guid = '', CAST([], 'Array(Bool)'), [false]),
            raw_events.player_guid = '', [true],
            [false, true]) AS is_target
        WHERE {source:String} = 'weapon_events'
            AND game = {game:String}
            AND weapon = {weapon:String}
            AND event_type IN ('player_kill', 'bot_killed', 'damage', 'weapon_fire', 'weapon_hit')
            AND event_time >= {from_time:DateTime64(3, 'UTC')} AND event_time < {to_time:DateTime64(3, 'UTC')}
            /* if server_id */ AND server_id = {server_id:String}
            /* if map_name */ AND map_name = {map_name:String}
            /* if gametype */ AND gametype = {gametype:String}
            /* if hours */ AND toHour(event_time) IN {hours:Array(UInt8)}
            /* if weekdays */ AND toDayOfWeek(event_time) IN {weekdays:Array(UInt8)}
            /* if guids */ AND if(is_target, target_guid, raw_events.player_guid) IN {guids:Array(String)}
    )
    GROUP BY player_guid
    HAVING {with_bots:UInt8} OR NOT max(is_bot)
)
