-- Question: where does a player with these values (in millionths) stand in these figures, of all time: of the others, how many are ranked,
--   stand before him, have less? Nothing of a figure that was not renewed lately.
-- He himself may stand there with the value he had then: with as many or less, unless a ratio has fallen.
-- Parameters: game; guid; stats; scores (one for each stat); oldest (renewed then or later)
-- Reads: standings
SELECT
    stat,
    all_ranked - if(is_whole, has(best.player_guid, {guid:String}), own > 0) AS ranked,
    if(is_whole OR (best.score[-1], {guid:String}) < (own, best.player_guid[-1]),
        arrayCount(one -> one.2 != {guid:String} AND (one.1 > own OR (one.1 = own AND one.2 < {guid:String})), best),
        least(step.2, ranked)) AS before,
    if(is_whole,
        arrayCount(one -> one.2 != {guid:String} AND one.1 < own, best),
        -- His own value is among the equal ones, or, if it was less then, among those below.
        greatest(0, toInt64(all_ranked) - step.2 - if(step.1 = own, step.3, 1))) AS below
FROM
(
    SELECT
        stat,
        standings.ranked AS all_ranked,
        best,
        length(best) = all_ranked AS is_whole,
        {scores:Array(Int64)}[indexOf({stats:Array(String)}, toString(stat))] AS own,
        arrayFirstIndex(one -> one.1 <= own, ladder) AS at,
        if(at = 0, (own, all_ranked, toUInt64(0)), ladder[at]) AS step
    FROM standings FINAL
    WHERE game = {game:String} AND stat IN {stats:Array(String)} AND renewed_at >= {oldest:DateTime64(3, 'UTC')}
)
ORDER BY stat
