-- Rows of `standings` from `figures` (player_guid, stat, value; only those who are ranked). Values are millionths, as in shared/ranking.sql.
-- Parameters: game; renewed_at
SELECT
    {game:String} AS game,
    stat,
    {renewed_at:DateTime64(3, 'UTC')} AS renewed_at,
    ranked,
    best,
    -- Of each value: how many have more and as many. Few values are all kept; of many those that end another half percent of the players.
    arrayFilter((_, begin, end, at) -> length(begins) <= 2000 OR at <= 1000 OR floor(log(begin) * 200) != floor(log(end) * 200),
        arrayMap((begin, end) -> (scores[begin], toUInt64(begin - 1), toUInt64(end - begin)), begins, ends),
        begins, ends, arrayEnumerate(begins)) AS ladder
FROM
(
    SELECT
        stat,
        count() AS ranked,
        arrayMap(one -> (-one.1, one.2), groupArraySorted(500)((-score, player_guid))) AS best,
        arrayReverseSort(groupArray(score)) AS scores,
        -- Where each value begins, counted from 1, and the next one does.
        arrayFilter((at, gap) -> at = 1 OR gap != 0, arrayEnumerate(scores), arrayDifference(scores)) AS begins,
        arrayPushBack(arrayPopFront(begins), ranked + 1) AS ends
    FROM
    (
        SELECT player_guid, stat, toInt64(round(least(value, 9e12) * 1e6)) AS score
        FROM figures
    )
    GROUP BY stat
)
