-- Question: who leads by these figures, of all time, from a place on? Nothing of a figure that was not renewed lately.
-- Parameters: game; stats; oldest (renewed then or later); skip_rows; page_rows (together at most 500)
-- Reads: standings
SELECT stat, ranked, arrayMap(one -> (one.1, one.2), arraySlice(best, {skip_rows:UInt64} + 1, {page_rows:UInt32})) AS leaders
FROM standings FINAL
WHERE game = {game:String} AND stat IN {stats:Array(String)} AND renewed_at >= {oldest:DateTime64(3, 'UTC')}
ORDER BY stat
