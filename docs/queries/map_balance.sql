-- Question: Which side wins more on a map: allies or axis?
-- Reads: match_summaries
SELECT
    map, count() AS matches,
    countIf(winner = 'allies') AS allies_wins, countIf(winner = 'axis') AS axis_wins,
    round(allies_wins / nullIf(allies_wins + axis_wins, 0), 3) AS allies_share,
    -- 95 % interval of the share: does it hold one half?
    round(allies_share - 1.96 * sqrt(allies_share * (1 - allies_share) / (allies_wins + axis_wins)), 3) AS share_low,
    round(allies_share + 1.96 * sqrt(allies_share * (1 - allies_share) / (allies_wins + axis_wins)), 3) AS share_high
FROM
(
    SELECT match_id, max(map_name) AS map, argMaxMerge(winning_team) AS winner
    FROM match_summaries
    WHERE game = 'mohaa'
    GROUP BY match_id
)
WHERE map != ''
GROUP BY map
ORDER BY matches DESC, map
LIMIT 100
