-- Question: one figure by weapon, or by player with a weapon, over whole days, most first?
-- Parameters: game; dimension (weapon or player_guid), metric (kills, deaths, headshots, accuracy or kdr), both checked in
--   query/breakdown.py; bounded (0: of all time), from_day (first), to_day (first one after); guid, weapon (empty: any); with_bots (0 or 1); rows_max
-- Reads: weapon_player_days
SELECT toString(thing) AS label, value
FROM
(
    SELECT
        {dimension:Identifier} AS thing,
        toFloat64(0
            /* if metric: kills */ + sum(kills)
            /* if metric: deaths */ + sum(deaths)
            /* if metric: headshots */ + sum(headshots)
            /* if metric: accuracy */ + sum(shots_hit) / greatest(sum(shots_fired), 1) * 100
            /* if metric: kdr */ + sum(kills) / greatest(sum(deaths), 1)
        ) AS value
    FROM weapon_player_days
    WHERE game = {game:String}
        /* if weapon */ AND weapon = {weapon:String}
        /* if guid */ AND player_guid = {guid:String}
        /* if bounded */ AND day >= {from_day:Date} AND day < {to_day:Date}
        AND ({with_bots:UInt8} OR NOT is_bot)
    GROUP BY thing
)
WHERE value > 0 AND label != ''
ORDER BY value DESC, label
LIMIT {rows_max:UInt32}
