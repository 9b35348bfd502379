-- Question: How long after a spawn does the first shot come, by map (median, seconds)?
-- Reads: raw_events
WITH steps AS
(
    SELECT
        map_name, event_type, event_time,
        leadInFrame(event_type) OVER same AS next_type, leadInFrame(event_time) OVER same AS next_time
    FROM raw_events
    WHERE game = 'mohaa' AND event_type IN ('player_spawn', 'weapon_fire') AND player_guid != ''
    WINDOW same AS (PARTITION BY match_id, player_guid ORDER BY event_time, batch_row ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)
)
SELECT map_name, count() AS spawns, round(quantileExact(0.5)(dateDiff('millisecond', event_time, next_time)) / 1000, 2) AS median_s
FROM steps
WHERE event_type = 'player_spawn' AND next_type = 'weapon_fire'
GROUP BY map_name
ORDER BY spawns DESC, map_name
LIMIT 100
