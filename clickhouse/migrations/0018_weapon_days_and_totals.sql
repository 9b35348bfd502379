-- Weapons, maps and heat maps of all time without a look at every day, player and server there ever was: what the larger tables hold,
-- summed further. Each is fed by the few rows that come out of a larger table's view, so an insert pays little
-- (docs/decisions/0011-what-an-answer-costs.md has the figures).
--
-- What is stored already is summed here, since raw events are kept for a time only. That is exact while no other node writes, as with
-- `statline serve`; where one did, `statline rebuild` of the three makes them again. Each INSERT begins with an empty table, so a migration that
-- was killed may begin again; a repeated one is no duplicate to be left out.
--
-- What was done with a weapon on a day (UTC), by anybody.
-- Sort key: a weapon is a row for each day.
CREATE TABLE weapon_days
(
    game LowCardinality(String) COMMENT 'which game: mohaa, pubg, pss',
    weapon LowCardinality(String) COMMENT 'weapon, display name as received; unknown for a kill without one',
    day Date COMMENT 'day, UTC',
    kills SimpleAggregateFunction(sum, UInt64) COMMENT 'kills with it (R1, R10)',
    headshots SimpleAggregateFunction(sum, UInt64) COMMENT 'kills at head or helmet (R6)',
    deaths SimpleAggregateFunction(sum, UInt64) COMMENT 'deaths by it, whoever held it',
    shots_fired SimpleAggregateFunction(sum, UInt64) COMMENT 'shots (R9)',
    shots_hit SimpleAggregateFunction(sum, UInt64) COMMENT 'hits (R9)',
    damage_dealt SimpleAggregateFunction(sum, Float64) COMMENT 'points of damage done to others (R8)',
    kill_distance SimpleAggregateFunction(sum, Float64) COMMENT 'sum of the distances of the kills whose positions are known, game units',
    distance_kills SimpleAggregateFunction(sum, UInt64) COMMENT 'how many kills those are',
    kill_distance_max SimpleAggregateFunction(max, Float32) COMMENT 'longest kill, game units',
    last_used SimpleAggregateFunction(max, DateTime64(3, 'UTC')) COMMENT 'last use; 1970 = only died by it'
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(day)
ORDER BY (game, weapon, day)
SETTINGS index_granularity = 256, non_replicated_deduplication_window = 10000
COMMENT 'weapon x day';

CREATE MATERIALIZED VIEW weapon_days_mv TO weapon_days AS
SELECT
    game,
    weapon,
    day,
    sum(kills) AS kills,
    sum(headshots) AS headshots,
    sum(deaths) AS deaths,
    sum(shots_fired) AS shots_fired,
    sum(shots_hit) AS shots_hit,
    sum(damage_dealt) AS damage_dealt,
    sum(kill_distance) AS kill_distance,
    sum(distance_kills) AS distance_kills,
    max(kill_distance_max) AS kill_distance_max,
    max(last_used) AS last_used
FROM weapon_player_days
GROUP BY game, weapon, day;

TRUNCATE TABLE weapon_days;

INSERT INTO weapon_days
SELECT
    game,
    weapon,
    day,
    sum(kills),
    sum(headshots),
    sum(deaths),
    sum(shots_fired),
    sum(shots_hit),
    sum(damage_dealt),
    sum(kill_distance),
    sum(distance_kills),
    max(kill_distance_max),
    max(last_used)
FROM weapon_player_days
GROUP BY game, weapon, day
SETTINGS insert_deduplicate = 0, max_partitions_per_insert_block = 0;

-- What each team did with each weapon on each map in each game type, of all time: the weapons of a map, and how the teams balance there.
-- Sort key: a map lies together, and has as many rows as its game types have weapons and teams.
CREATE TABLE map_weapon_totals
(
    game LowCardinality(String) COMMENT 'which game: mohaa, pubg, pss',
    map_name LowCardinality(String) COMMENT 'map',
    weapon LowCardinality(String) COMMENT 'weapon, display name as received; empty: objectives, which need none',
    gametype LowCardinality(String) COMMENT 'canonical game type; empty = unknown',
    team LowCardinality(String) COMMENT 'team of the actor, for deaths of the victim: allies, axis, freeforall, spectator, none or empty',
    kills SimpleAggregateFunction(sum, UInt64) COMMENT 'kills (R1)',
    headshots SimpleAggregateFunction(sum, UInt64) COMMENT 'kills at head or helmet (R6)',
    deaths SimpleAggregateFunction(sum, UInt64) COMMENT 'deaths by it, whoever held it (R4)',
    objectives SimpleAggregateFunction(sum, UInt64) COMMENT 'objectives captured or advanced'
)
ENGINE = AggregatingMergeTree
ORDER BY (game, map_name, weapon, gametype, team)
SETTINGS index_granularity = 256, non_replicated_deduplication_window = 10000
COMMENT 'map x weapon x game type x team, of all time';

CREATE MATERIALIZED VIEW map_weapon_totals_mv TO map_weapon_totals AS
SELECT
    game,
    map_name,
    weapon,
    gametype,
    team,
    sum(kills) AS kills,
    sum(headshots) AS headshots,
    sum(deaths) AS deaths,
    sum(objectives) AS objectives
FROM team_weapon_days
GROUP BY game, map_name, weapon, gametype, team;

TRUNCATE TABLE map_weapon_totals;

INSERT INTO map_weapon_totals
SELECT
    game,
    map_name,
    weapon,
    gametype,
    team,
    sum(kills),
    sum(headshots),
    sum(deaths),
    sum(objectives)
FROM team_weapon_days
GROUP BY game, map_name, weapon, gametype, team
SETTINGS insert_deduplicate = 0;

-- Where people kill and die, of all time, on the grid of heatmap_cells: a map has no more rows than it has squares, however long it was played.
CREATE TABLE heatmap_totals
(
    game LowCardinality(String) COMMENT 'which game: mohaa, pubg, pss',
    map_name LowCardinality(String) COMMENT 'map',
    kind LowCardinality(String) COMMENT 'kills: where the killer stood (R1); deaths: where the victim stood (R4)',
    cell_x Int32 COMMENT 'x / 50, rounded down',
    cell_y Int32 COMMENT 'y / 50, rounded down',
    count SimpleAggregateFunction(sum, UInt64) COMMENT 'how many'
)
ENGINE = AggregatingMergeTree
ORDER BY (game, map_name, kind, cell_x, cell_y)
SETTINGS index_granularity = 1024, non_replicated_deduplication_window = 10000
COMMENT 'map x kind x cell of the grid, of all time';

CREATE MATERIALIZED VIEW heatmap_totals_mv TO heatmap_totals AS
SELECT
    game,
    map_name,
    kind,
    cell_x,
    cell_y,
    sum(count) AS count
FROM heatmap_cells
GROUP BY game, map_name, kind, cell_x, cell_y;

TRUNCATE TABLE heatmap_totals;

INSERT INTO heatmap_totals
SELECT
    game,
    map_name,
    kind,
    cell_x,
    cell_y,
    sum(count)
FROM heatmap_cells
GROUP BY game, map_name, kind, cell_x, cell_y
SETTINGS insert_deduplicate = 0;
