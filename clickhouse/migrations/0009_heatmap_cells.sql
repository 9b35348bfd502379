-- Where people kill and die, on a grid of 50 game units: the cell's lower corner is (50 cell_x, 50 cell_y).
-- Unknown positions (0, 0, 0) and places no map has are left out.
CREATE TABLE heatmap_cells
(
    game LowCardinality(String) COMMENT 'which game: mohaa, pubg, pss',
    map_name LowCardinality(String) COMMENT 'map',
    kind LowCardinality(String) COMMENT 'kills: where the killer stood (R1); deaths: where the victim stood (R4)',
    cell_x Int32 COMMENT 'x / 50, rounded down',
    cell_y Int32 COMMENT 'y / 50, rounded down',
    day Date COMMENT 'day, UTC',
    count SimpleAggregateFunction(sum, UInt64) COMMENT 'kills or deaths in the cell'
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(day)
ORDER BY (game, map_name, kind, cell_x, cell_y, day)
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'map x cell x day: kills and deaths';

CREATE MATERIALIZED VIEW heatmap_cells_mv TO heatmap_cells AS
WITH
    if(kind = 'kills', player_x, target_x) AS x,
    if(kind = 'kills', player_y, target_y) AS y
SELECT
    game,
    map_name,
    kind,
    toInt32(floor(x / 50)) AS cell_x,
    toInt32(floor(y / 50)) AS cell_y,
    toDate(event_time) AS day,
    count() AS count
FROM raw_events
ARRAY JOIN multiIf(kill_kind = '', CAST([], 'Array(String)'), kill_kind = 'kill', ['kills', 'deaths'], ['deaths']) AS kind
WHERE map_name != '' AND (kind = 'kills' OR target_guid != '')
    AND (x != 0 OR y != 0 OR if(kind = 'kills', player_z, target_z) != 0) AND abs(x) < 1000000 AND abs(y) < 1000000
GROUP BY game, map_name, kind, cell_x, cell_y, day;
