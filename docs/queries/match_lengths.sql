-- Question: How long are matches, and how many people see the end of them?
-- Reads: match_summaries
SELECT
    map, game_type, count() AS matches, round(avg(length_s) / 60, 1) AS average_minutes,
    round(avg(people), 1) AS average_players, max(people) AS most_players
FROM
(
    SELECT
        match_id, max(map_name) AS map, max(gametype) AS game_type,
        dateDiff('second', min(first_event), max(last_event)) AS length_s, length(groupUniqArrayArray(players)) AS people
    FROM match_summaries
    WHERE game = 'mohaa'
    GROUP BY match_id
)
GROUP BY map, game_type
ORDER BY matches DESC, map, game_type
LIMIT 100
