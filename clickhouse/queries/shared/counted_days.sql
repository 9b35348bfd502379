-- Where shared/player_stats.sql counts when a scope is whole days everywhere.
-- Parameters: game; bounded (0: of all time); from_day, to_day; guids (empty: everybody)
FROM player_days
WHERE game = {game:String}
    /* if bounded */ AND day >= {from_day:Date} AND day < {to_day:Date}
    /* if guids */ AND player_guid IN {guids:Array(String)}
