-- Question: one figure by weapon, or by player with a weapon, over whole days, most first?
-- Parameters: game; dimension (weapon or player_guid), metric (kills, deaths, headshots, accuracy or kdr), both checked in
--   query/breakdown.py; bounded (0: of all time), from_day (first), to_day (first one after); guid, weapon (empty: any); with_bots (0 or 1); rows_max
-- Bots are left out of the sums and not of the rows: a condition on what is no key makes the engine look at every mark of the index.
-- Reads: weapon_player_days
SELECT toString(thing) AS label, value
FROM
(
    WITH {with_bots:UInt8} OR NOT is_bot AS is_counted
    SELECT
        {dimension:Identifier} AS thing,
        toFloat64(0
            /* if metric: kills */ + sumIf(kills, is_counted)
            /* if metric: deaths */ + sumIf(deaths, is_counted)
            /* if metric: headshots */ + sumIf(headshots, is_counted)
            /* if metric: accuracy */ + sumIf(shots_hit, is_counted) / greatest(sumIf(shots_fired, is_counted), 1) * 100
            /* if metric: kdr */ + sumIf(kills, is_counted) / greatest(sumIf(deaths, is_counted), 1)
        ) AS value
    FROM weapon_player_days
    WHERE game = {game:String}
        /* if weapon */ AND weapon = {weapon:String}
        /* if guid */ AND player_guid = {guid:String}
        /* if bounded */ AND day >= {from_day:Date} AND day < {to_day:Date}
    GROUP BY thing
)
WHERE value > 0 AND label != ''
ORDER BY value DESC, label
LIMIT {rows_max:UInt32}
