-- Question: where on a map do people kill or die most?
-- The answer's x and y are the lower corner of a square of `cell_units` game units.
-- Parameters: game; map_name; kinds (of kills, deaths); table (heatmap_totals of all time, else heatmap_cells); bounded (0: of all time); from_day, to_day (excluded); cell_units (a multiple of 50); rows_max (of each kind)
-- Reads: heatmap_cells, heatmap_totals
SELECT
    kind,
    toFloat64(cell_x * 50 - positiveModulo(cell_x * 50, {cell_units:Int32})) AS x,
    toFloat64(cell_y * 50 - positiveModulo(cell_y * 50, {cell_units:Int32})) AS y,
    sum(count) AS value
FROM {table:Identifier}
WHERE game = {game:String} AND map_name = {map_name:String} AND kind IN {kinds:Array(String)}
    /* if bounded */ AND day >= {from_day:Date} AND day < {to_day:Date}
GROUP BY kind, x, y
ORDER BY value DESC, x, y
LIMIT {rows_max:UInt32} BY kind
