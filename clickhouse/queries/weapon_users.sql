-- Question: who kills most with a weapon?
-- Parameters: game; weapons (every name it was received under); from_day, to_day (excluded); with_bots (0 or 1); rows_max
-- Reads: weapon_player_days
SELECT
    player_guid,
    sum(kills) AS kills,
    sum(headshots) AS headshots
FROM weapon_player_days
WHERE game = {game:String} AND weapon IN {weapons:Array(String)} AND day >= {from_day:Date} AND day < {to_day:Date}
GROUP BY player_guid
HAVING kills > 0 AND ({with_bots:UInt8} = 1 OR NOT max(is_bot))
ORDER BY kills DESC, player_guid
LIMIT {rows_max:UInt32}
