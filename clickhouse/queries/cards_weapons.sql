-- Question: which three players killed with most different weapons in the days of a period?
-- Parameters: game; from_day (first), to_day (first one after); with_bots (0 or 1)
-- Reads: weapon_player_days
SELECT player_guid, toFloat64(uniqExactIf(weapon, kills > 0)) AS value
FROM weapon_player_days
WHERE game = {game:String} AND day >= {from_day:Date} AND day < {to_day:Date}
GROUP BY player_guid
HAVING value > 0 AND ({with_bots:UInt8} OR NOT max(is_bot))
ORDER BY value DESC, player_guid
LIMIT 3
