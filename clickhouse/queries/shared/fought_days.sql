-- What shared/weapon_stats.sql sums when a scope is whole days everywhere.
-- Parameters: game; weapon (as received); from_day, to_day; guids (empty: everybody)
SELECT
    player_guid, is_bot, kills, bot_kills, deaths, headshots, shots_fired, shots_hit, damage_dealt, team_kills,
    suicides
FROM weapon_player_days
WHERE game = {game:String}
    AND weapon = {weapon:String}
    AND day >= {from_day:Date} AND day < {to_day:Date}
    /* if guids */ AND player_guid IN {guids:Array(String)}
