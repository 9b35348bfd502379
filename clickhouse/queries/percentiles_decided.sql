-- Question: for everything matches decide, how many players are ranked, have more than one player, and have less?
-- Parameters: those of shared/match_stats.sql, sample_min (least matches); guid (the player); scores (his values in
--   millionths, in the order of query/percentiles.py DECIDED)
-- Reads: match_players, match_summaries
SELECT
    sumForEach(arrayMap(score -> toUInt64(score > 0), others)) AS ranked,
    sumForEach(arrayMap((score, own) -> toUInt64(score > own OR (score = own AND player_guid < {guid:String})), others, {scores:Array(Int64)})) AS before,
    sumForEach(arrayMap((score, own) -> toUInt64(score > 0 AND score < own), others, {scores:Array(Int64)})) AS below
FROM
(
    SELECT
        player_guid,
        arrayMap(value -> toInt64(round(least(toFloat64(value), 9e12) * 1e6)), [
            wins, team_wins, ffa_wins, losses, rounds, playtime, games
        ]) AS others
    FROM
    (
        /* include shared/match_stats.sql */
    )
    WHERE matches_played >= {sample_min:UInt32} AND player_guid != {guid:String}
)
