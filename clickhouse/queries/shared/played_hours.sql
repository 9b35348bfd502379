-- How long a player played in a match, whatever its length, as a column of shared/match_stats.sql.
-- Parameters: game
-- Longer than six hours is no match but a server that never says where one ends: count the hours played in. Only those are
-- kept apart, as there are hardly any and everybody's would cost as much as all the rest.
arraySort(groupArrayIf((hour, first_acted, last_acted), match_id IN
(
    SELECT match_id FROM match_summaries
    WHERE game = {game:String}
    GROUP BY match_id
    HAVING dateDiff('second', min(first_event), max(last_event)) >= 21600
))) AS parts,
greatest(0, if(span_s > 21600, arraySum(
    one -> greatest(0, dateDiff('millisecond',
        arrayMin(part -> part.2, arrayFilter(part -> part.1 = one, parts)),
        arrayMax(part -> part.3, arrayFilter(part -> part.1 = one, parts)))) / 1000,
    arrayDistinct(arrayMap(part -> part.1, parts))), span_s)) AS played_s
