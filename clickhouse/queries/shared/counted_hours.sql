-- Where shared/player_stats.sql counts when a scope names a place, a part of the day or a bound inside a day.
-- Parameters: game; bounded (0: of all time); from_time, to_time; server_id, map_name, gametype (empty: any); hours, weekdays (empty: any); guids
--   (empty: everybody)
FROM match_players
WHERE game = {game:String}
    /* if bounded */ AND hour >= {from_time:DateTime64(3, 'UTC')} AND hour < {to_time:DateTime64(3, 'UTC')}
    /* if server_id */ AND server_id = {server_id:String}
    /* if map_name */ AND map_name = {map_name:String}
    /* if gametype */ AND gametype = {gametype:String}
    /* if hours */ AND toHour(hour) IN {hours:Array(UInt8)}
    /* if weekdays */ AND toDayOfWeek(hour) IN {weekdays:Array(UInt8)}
    /* if guids */ AND player_guid IN {guids:Array(String)}
