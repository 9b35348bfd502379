-- What happened on a server in an hour, and when it was last heard of.
-- Two views feed it: one knows what players did, the other what the server said of itself. The second counts no kills,
-- so nothing is counted twice.
CREATE TABLE server_hours
(
    game LowCardinality(String) COMMENT 'which game: mohaa, pubg, pss',
    server_id LowCardinality(String) COMMENT 'the server',
    hour DateTime('UTC') COMMENT 'start of the hour, UTC',
    kills SimpleAggregateFunction(sum, UInt64) COMMENT 'kills (R1)',
    bot_kills SimpleAggregateFunction(sum, UInt64) COMMENT 'bots killed (R7)',
    deaths SimpleAggregateFunction(sum, UInt64) COMMENT 'deaths of any sort (R4)',
    headshots SimpleAggregateFunction(sum, UInt64) COMMENT 'headshots (R6)',
    players AggregateFunction(uniqExact, String) COMMENT 'distinct players; uniqExactMerge(players)',
    matches AggregateFunction(uniqExact, UUID) COMMENT 'distinct matches; uniqExactMerge(matches)',
    shots_fired SimpleAggregateFunction(sum, UInt64) COMMENT 'shots (R9)',
    shots_hit SimpleAggregateFunction(sum, UInt64) COMMENT 'hits (R9)',
    last_seen SimpleAggregateFunction(max, DateTime64(3, 'UTC')) COMMENT 'last event',
    map_name AggregateFunction(argMax, String, UInt64) COMMENT 'last map; argMaxMerge(map_name)',
    gametype AggregateFunction(argMax, String, UInt64) COMMENT 'last game type; argMaxMerge(gametype)',
    heartbeats SimpleAggregateFunction(sum, UInt64) COMMENT 'heartbeats received',
    heartbeat_players SimpleAggregateFunction(sum, UInt64) COMMENT 'sum of their player counts: divided by heartbeats, the average',
    peak_players SimpleAggregateFunction(max, UInt64) COMMENT 'largest player count of a heartbeat',
    max_players SimpleAggregateFunction(max, UInt64) COMMENT 'places the server said it has, 0 = never said'
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(hour)
ORDER BY (game, server_id, hour)
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'server x hour';

CREATE MATERIALIZED VIEW server_hours_players_mv TO server_hours AS
WITH toUInt64(toUnixTimestamp64Milli(match_players.last_seen)) * 1048576 AS time_order
SELECT
    game,
    server_id,
    hour,
    sum(kills) AS kills,
    sum(bot_kills) AS bot_kills,
    sum(deaths) AS deaths,
    sum(headshots) AS headshots,
    uniqExactState(player_guid) AS players,
    uniqExactState(match_id) AS matches,
    sum(shots_fired) AS shots_fired,
    sum(shots_hit) AS shots_hit,
    max(last_seen) AS last_seen,
    argMaxStateIf(toString(match_players.map_name), time_order + cityHash64(match_players.map_name) % 1048576, match_players.map_name != '') AS map_name,
    argMaxStateIf(toString(match_players.gametype), time_order + cityHash64(match_players.gametype) % 1048576, match_players.gametype != '') AS gametype
FROM match_players
GROUP BY game, server_id, hour;

CREATE MATERIALIZED VIEW server_hours_gameflow_mv TO server_hours AS
WITH
    -- A server with 10,000 players is a wrong number, not a full server.
    if(event_type = 'heartbeat', toUInt64(least(greatest(amount, 0), 10000)), 0) AS reported_players,
    toUInt64(toUnixTimestamp64Milli(event_time)) * 1048576 AS time_order
SELECT
    game,
    server_id,
    toStartOfHour(event_time) AS hour,
    max(event_time) AS last_seen,
    argMaxStateIf(toString(raw_events.map_name), time_order + cityHash64(raw_events.map_name) % 1048576, raw_events.map_name != '') AS map_name,
    argMaxStateIf(toString(raw_events.gametype), time_order + cityHash64(raw_events.gametype) % 1048576, raw_events.gametype != '') AS gametype,
    countIf(event_type = 'heartbeat') AS heartbeats,
    sum(reported_players) AS heartbeat_players,
    max(reported_players) AS peak_players,
    max(toUInt64OrZero(attributes['maxclients'])) AS max_players
FROM raw_events
WHERE player_guid = '' AND target_guid = ''
GROUP BY game, server_id, hour;
