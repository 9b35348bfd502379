-- Question: what tells where a player with these values (in millionths) stands in these figures, of all time? query/standings.py makes
--   his place of it. Nothing of a figure that was not renewed lately.
-- `better`, `worse`: so many others of the best have more (or as much and a smaller guid), or less; `step`: the largest value of the
--   ladder that is not above his (of none: zeros).
-- Parameters: game; guid; stats; scores (one for each stat); oldest (renewed then or later)
-- Reads: standings
SELECT
    stat,
    standings.ranked AS all_ranked,
    length(best) = all_ranked AS is_whole,
    {scores:Array(Int64)}[indexOf({stats:Array(String)}, toString(stat))] AS own,
    has(best.player_guid, {guid:String}) AS is_there,
    arrayCount(one -> one.2 != {guid:String} AND (one.1, {guid:String}) > (own, one.2), best) AS better,
    arrayCount(one -> one.2 != {guid:String} AND one.1 < own, best) AS worse,
    best[-1] AS last,
    arrayFirst(one -> one.1 <= own, ladder) AS step
FROM standings FINAL
WHERE game = {game:String} AND stat IN {stats:Array(String)} AND renewed_at >= {oldest:DateTime64(3, 'UTC')}
ORDER BY stat
