-- Question: From how far does each weapon kill, in metres?
-- Reads: raw_events
SELECT
    weapon, count() AS kills, round(avg(distance_units) * 0.0254, 1) AS mean_m,
    arrayMap(d -> round(d * 0.0254, 1), quantiles(0.1, 0.5, 0.9)(distance_units)) AS p10_p50_p90_m
FROM raw_events
WHERE game = 'mohaa' AND kill_kind = 'kill' AND distance_units > 0
GROUP BY weapon
HAVING kills >= 5
ORDER BY kills DESC, weapon
LIMIT 100
