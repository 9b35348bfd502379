-- Question: how many players used a weapon on the days of a period?
-- Parameters: game; weapons (every name it was received under); bounded (0: of all time); from_day, to_day (excluded)
-- Reads: weapon_player_days
SELECT uniqExactIf(player_guid, last_used > toDateTime64(0, 3, 'UTC')) AS unique_users
FROM weapon_player_days
WHERE game = {game:String} AND weapon IN {weapons:Array(String)}
    /* if bounded */ AND day >= {from_day:Date} AND day < {to_day:Date}
