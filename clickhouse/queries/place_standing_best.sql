-- Question: who leads by these figures at a place, of all time, from a place in the ranking on, and how did they fight there? Nothing of a
--   place that is not kept, or was not renewed lately.
-- Parameters: game; kind (map, gametype, weapon, time); place; stats; oldest (renewed then or later); skip_rows; page_rows (together at
--   most 100)
-- Reads: place_standings
SELECT stat, ranked, arraySlice(best, {skip_rows:UInt64} + 1, {page_rows:UInt32}) AS leaders
FROM place_standings FINAL
WHERE game = {game:String} AND kind = {kind:String} AND place = {place:String} AND stat IN {stats:Array(String)}
    AND renewed_at >= {oldest:DateTime64(3, 'UTC')}
ORDER BY stat
