-- Question: how long were the matches of each map (`map_name` given: of this one), and how many played in them?
-- Parameters: game; map_name (empty = all)
-- Reads: match_summaries
SELECT
    map,
    sum(duration_s) AS playtime_s,
    avg(duration_s) AS average_duration_s,
    avg(player_count) AS average_players
FROM
(
    SELECT
        max(map_name) AS map,
        dateDiff('millisecond', min(first_event), max(last_event)) / 1000 AS duration_s,
        length(groupUniqArrayArray(players)) AS player_count
    FROM match_summaries
    WHERE game = {game:String}
    GROUP BY match_id
    HAVING player_count > 0
)
WHERE map != '' AND ({map_name:String} = '' OR map = {map_name:String})
GROUP BY map
