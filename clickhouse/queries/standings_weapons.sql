-- Question: how do all players stand in the number of different weapons they killed with, of all time? Columns are those of standings.
-- Parameters: game; renewed_at
-- Reads: weapon_player_days
WITH figures AS
(
    SELECT player_guid, 'swiss_army_knife' AS stat, toFloat64(uniqExactIf(weapon, kills > 0)) AS value
    FROM weapon_player_days
    WHERE game = {game:String}
    GROUP BY player_guid
    HAVING value > 0 AND NOT max(is_bot)
)
/* include shared/standing.sql */
