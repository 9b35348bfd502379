-- The page of a ranking: of `stats` (player_guid, value, sample) those with enough of the sample, largest value first.
-- Equal players are ordered by guid. Values are compared as millionths, so that a sum made in another order is the same
-- value, and a cursor names a place exactly.
-- Parameters: sample_min; page_rows; skip_rows; after_score, after_guid (with after_guid: those behind that place);
--   around_guid, around_rows (with around_guid: that player and so many on each side)
SELECT player_guid, value, score, place, total
FROM
(
    SELECT
        *
        /* if around_guid */ , max(if(player_guid = {around_guid:String}, place, 0)) OVER () AS around_place
    FROM
    (
        SELECT
            player_guid,
            value,
            -- 9 * 10^12 is where millionths leave 64 bits; nobody gets there honestly.
            toInt64(round(least(value, 9e12) * 1e6)) AS score,
            row_number() OVER (ORDER BY score DESC, player_guid) AS place,
            count() OVER () AS total
        FROM stats
        WHERE sample >= {sample_min:UInt32}
    )
)
WHERE true
    /* if after_guid */ AND (score, {after_guid:String}) < ({after_score:Int64}, player_guid)
    /* if around_guid */ AND around_place > 0 AND abs(toInt64(place) - toInt64(around_place)) <= {around_rows:UInt32}
ORDER BY place
LIMIT {page_rows:UInt32} OFFSET {skip_rows:UInt64}
