-- What happened on a map and in a game type on a day (UTC). Players and matches are states, not numbers: a player
-- of two days is one player of the week.
CREATE TABLE map_days
(
    game LowCardinality(String) COMMENT 'which game: mohaa, pubg, pss',
    map_name LowCardinality(String) COMMENT 'map',
    day Date COMMENT 'day, UTC',
    kills SimpleAggregateFunction(sum, UInt64) COMMENT 'kills (R1)',
    bot_kills SimpleAggregateFunction(sum, UInt64) COMMENT 'bots killed (R7)',
    deaths SimpleAggregateFunction(sum, UInt64) COMMENT 'deaths of any sort (R4)',
    headshots SimpleAggregateFunction(sum, UInt64) COMMENT 'headshots (R6)',
    distance_kills SimpleAggregateFunction(sum, UInt64) COMMENT 'kills whose distance is known',
    kill_distance SimpleAggregateFunction(sum, Float64) COMMENT 'sum of the distances of these kills, game units',
    players AggregateFunction(uniqExact, String) COMMENT 'distinct players; uniqExactMerge(players)',
    matches AggregateFunction(uniqExact, UUID) COMMENT 'distinct matches; uniqExactMerge(matches)'
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(day)
ORDER BY (game, map_name, day)
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'map x day';

CREATE MATERIALIZED VIEW map_days_mv TO map_days AS
SELECT
    game,
    map_name,
    toDate(hour) AS day,
    sum(kills) AS kills,
    sum(bot_kills) AS bot_kills,
    sum(deaths) AS deaths,
    sum(headshots) AS headshots,
    sum(distance_kills) AS distance_kills,
    sum(kill_distance) AS kill_distance,
    uniqExactState(player_guid) AS players,
    uniqExactState(match_id) AS matches
FROM match_players
WHERE map_name != ''
GROUP BY game, map_name, day;

CREATE TABLE gametype_days
(
    game LowCardinality(String) COMMENT 'which game: mohaa, pubg, pss',
    gametype LowCardinality(String) COMMENT 'canonical game type; empty = unknown',
    day Date COMMENT 'day, UTC',
    kills SimpleAggregateFunction(sum, UInt64) COMMENT 'kills (R1)',
    bot_kills SimpleAggregateFunction(sum, UInt64) COMMENT 'bots killed (R7)',
    deaths SimpleAggregateFunction(sum, UInt64) COMMENT 'deaths of any sort (R4)',
    headshots SimpleAggregateFunction(sum, UInt64) COMMENT 'headshots (R6)',
    players AggregateFunction(uniqExact, String) COMMENT 'distinct players; uniqExactMerge(players)',
    matches AggregateFunction(uniqExact, UUID) COMMENT 'distinct matches; uniqExactMerge(matches)',
    maps AggregateFunction(uniqExact, String) COMMENT 'distinct maps; uniqExactMerge(maps)'
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(day)
ORDER BY (game, gametype, day)
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'game type x day';

CREATE MATERIALIZED VIEW gametype_days_mv TO gametype_days AS
SELECT
    game,
    gametype,
    toDate(hour) AS day,
    sum(kills) AS kills,
    sum(bot_kills) AS bot_kills,
    sum(deaths) AS deaths,
    sum(headshots) AS headshots,
    uniqExactState(player_guid) AS players,
    uniqExactState(match_id) AS matches,
    uniqExactStateIf(toString(map_name), map_name != '') AS maps
FROM match_players
GROUP BY game, gametype, day;
