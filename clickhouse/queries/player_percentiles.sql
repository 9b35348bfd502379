-- Question: of the people of a period with at least `sample_min` kills and deaths, how many have less of each stat than this player, and how many as much?
-- The stats, in this order: kills, deaths, kd_ratio, headshots, headshot_percent, accuracy, damage, distance, jumps, kills_per_day,
-- bash_kills, grenade_kills, objectives, items_picked. This looks at every player of the period.
-- Parameters: game; guids (one person's, at most 100); from_day, to_day; sample_min; with_bots
-- Reads: player_days
WITH
everybody AS
(
    SELECT
        if(player_guid IN {guids:Array(String)}, '', player_guid) AS person,
        max(is_bot) AS bot,
        toFloat64(sum(kills)) AS k,
        toFloat64(sum(deaths)) AS d,
        toFloat64(sum(headshots)) AS h,
        [
            k, d, k / greatest(d, 1), h, if(k > 0, h / k * 100, 0),
            if(sum(shots_fired) > 0, sum(shots_hit) / sum(shots_fired) * 100, 0),
            sum(damage_dealt), sum(walked) + sum(sprinted) + sum(swam) + sum(driven), toFloat64(sum(jumps)), k / greatest(uniqExact(day), 1),
            toFloat64(greatest(sum(bash_kills), sum(bash_events))), toFloat64(sum(grenade_kills)), toFloat64(sum(objectives)), toFloat64(sum(items_picked))
        ] AS figures
    FROM player_days
    WHERE game = {game:String} AND day >= {from_day:Date} AND day < {to_day:Date}
    GROUP BY person
),
own AS
(
    SELECT groupArray(figures) AS found FROM everybody WHERE person = ''
)
SELECT
    (SELECT found[1] FROM own) AS own_figures,
    sumForEach(arrayMap((theirs, mine) -> toUInt64(theirs < mine), figures, arrayResize(own_figures, 14))) AS below,
    sumForEach(arrayMap((theirs, mine) -> toUInt64(theirs = mine), figures, arrayResize(own_figures, 14))) AS equal,
    count() AS people
FROM everybody
WHERE person != '' AND ({with_bots:UInt8} OR NOT bot) AND k + d >= {sample_min:UInt32}
