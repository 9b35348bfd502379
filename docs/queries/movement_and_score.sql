-- Question: Do those who move more per hour also kill more? (correlation over players)
-- Reads: match_players
SELECT count() AS players, round(corr(metres_per_hour, kills_per_hour), 3) AS correlation
FROM
(
    SELECT
        player_guid, sum(dateDiff('millisecond', first_acted, last_acted)) / 3600000 AS hours,
        sum(walked + sprinted + swam + driven) * 0.0254 / hours AS metres_per_hour, sum(kills) / hours AS kills_per_hour
    FROM match_players
    WHERE game = 'mohaa' AND NOT is_bot AND last_acted > first_acted
    GROUP BY player_guid
    HAVING hours > 0
)
