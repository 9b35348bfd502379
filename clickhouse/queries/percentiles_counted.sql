-- Question: for every counted stat, how many players are ranked, have more than one player, and have less?
-- Parameters: those of shared/player_stats.sql, sample_min (least kills and deaths); guid (the player); scores (his values
--   in millionths, in the order of query/percentiles.py COUNTED)
-- Reads: player_days, match_players
SELECT
    sumForEach(arrayMap(score -> toUInt64(score > 0), others)) AS ranked,
    sumForEach(arrayMap((score, own) -> toUInt64(score > own OR (score = own AND player_guid < {guid:String})), others, {scores:Array(Int64)})) AS before,
    sumForEach(arrayMap((score, own) -> toUInt64(score > 0 AND score < own), others, {scores:Array(Int64)})) AS below
FROM
(
    SELECT
        player_guid,
        arrayMap(value -> toInt64(round(least(toFloat64(value), 9e12) * 1e6)), [
            kills, bot_kills, total_kills, deaths, kd_ratio, headshots, accuracy, shots_fired, damage, bash_kills, grenade_kills,
            roadkills, telefrags, crushed, teamkills, suicides, reloads, weapon_swaps, no_ammo, looter, distance, sprinted,
            swam, driven, jumps, crouch_time, prone_time, ladders, health_picked, ammo_picked, armor_picked, items_picked,
            objectives
        ]) AS others
    FROM
    (
        /* include shared/player_stats.sql */
    )
    WHERE encounters >= {sample_min:UInt32} AND player_guid != {guid:String}
)
