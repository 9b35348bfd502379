-- Question: one figure by weapon, or by player with a weapon, over whole days, most first?
-- Parameters: game; dimension (weapon or player_guid), metric (kills, deaths, headshots, accuracy or kdr), both checked in
--   query/breakdown.py; from_day (first), to_day (first one after); guid, weapon (empty: any); with_bots (0 or 1); rows_max
-- Reads: weapon_player_days
SELECT label, value
FROM
(
    SELECT label, toFloat64({metric:Identifier}) AS value
    FROM
    (
        SELECT
            toString({dimension:Identifier}) AS label,
            sum(kills) AS kills,
            sum(deaths) AS deaths,
            sum(headshots) AS headshots,
            sum(shots_hit) / greatest(sum(shots_fired), 1) * 100 AS accuracy,
            kills / greatest(deaths, 1) AS kdr
        FROM weapon_player_days
        WHERE game = {game:String}
            /* if weapon */ AND weapon = {weapon:String}
            /* if guid */ AND player_guid = {guid:String}
            AND day >= {from_day:Date} AND day < {to_day:Date}
            AND ({with_bots:UInt8} OR NOT is_bot)
        GROUP BY label
    )
)
WHERE value > 0 AND label != ''
ORDER BY value DESC, label
LIMIT {rows_max:UInt32}
