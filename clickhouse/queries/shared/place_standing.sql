-- Rows of `place_standings` from `fights` (place, player_guid and the columns of shared/fight_sums.sql; bots are left out).
-- Stats are those of query.ranked_stats.WEAPON_STATS, which every place knows, as shared/player_stats.sql and shared/weapon_stats.sql count
-- them; values are millionths, as in shared/ranking.sql.
-- `peak` is that of query.place_standings.PEAK.
-- Parameters: game; kind (map, gametype, weapon, time); renewed_at
SELECT
    {game:String} AS game,
    {kind:String} AS kind,
    place,
    stat,
    {renewed_at:DateTime64(3, 'UTC')} AS renewed_at,
    count() AS ranked,
    arrayMap(one -> (-one.1, one.2, one.3, one.4, one.5, one.6, one.7, one.8),
        groupArraySorted(100)((-score, player_guid, kills, deaths, headshots, shots_fired, shots_hit, damage_dealt))) AS best
FROM
(
    SELECT
        place,
        player_guid,
        kills,
        deaths,
        headshots,
        shots_fired,
        shots_hit,
        damage_dealt,
        figure.1 AS stat,
        toInt64(round(least(figure.2, 9e12) * 1e6)) AS score
    FROM fights
    ARRAY JOIN
    [
        ('kills', toFloat64(kills)),
        ('bot_kills', toFloat64(bot_kills)),
        ('total_kills', toFloat64(kills + bot_kills)),
        ('deaths', toFloat64(deaths)),
        ('kd_ratio', kills / greatest(deaths, 1)),
        ('headshots', toFloat64(headshots)),
        ('accuracy', if(shots_fired = 0, 0, shots_hit / shots_fired * 100)),
        ('shots_fired', toFloat64(shots_fired)),
        ('damage', damage_dealt),
        ('teamkills', toFloat64(team_kills)),
        ('suicides', toFloat64(suicides)),
        ('peak', if({kind:String} = 'time' AND kills >= 20, kills / greatest(deaths, 1), 0))
    ] AS figure
    WHERE figure.2 > 0
)
GROUP BY place, stat
-- Sums of so many players at so many places that they would fill the memory go to the disk.
SETTINGS max_bytes_before_external_group_by = 268435456
