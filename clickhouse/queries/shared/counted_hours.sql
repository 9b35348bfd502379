-- Where shared/player_stats.sql counts when a scope names a place, a part of the day or a bound inside a day.
-- Parameters: game; from_time, to_time; server_id, map_name, gametype (empty: any); hours, weekdays (empty: any); guids
--   (empty: everybody)
FROM match_players
WHERE game = {game:String}
    AND hour >= {from_time:DateTime64(3, 'UTC')} AND hour < {to_time:DateTime64(3, 'UTC')}
    AND ({server_id:String} = '' OR server_id = {server_id:String})
    AND ({map_name:String} = '' OR map_name = {map_name:String})
    AND ({gametype:String} = '' OR gametype = {gametype:String})
    AND (empty({hours:Array(UInt8)}) OR toHour(hour) IN {hours:Array(UInt8)})
    AND (empty({weekdays:Array(UInt8)}) OR toDayOfWeek(hour) IN {weekdays:Array(UInt8)})
    AND (empty({guids:Array(String)}) OR player_guid IN {guids:Array(String)})
