-- Question: Where on each map do most people die (cells of 50 game units)?
-- Reads: heatmap_cells
SELECT map_name, cell_x * 50 AS x, cell_y * 50 AS y, sum(count) AS deaths
FROM heatmap_cells
WHERE game = 'mohaa' AND kind = 'deaths'
GROUP BY map_name, cell_x, cell_y
ORDER BY deaths DESC, map_name, x, y
LIMIT 10 BY map_name
LIMIT 200
