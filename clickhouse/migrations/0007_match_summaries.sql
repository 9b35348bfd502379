-- One match: where, when, who, how it ended. Two views feed it: one from what players did, one from the few events
-- that tell of the match itself, the only place where attributes are read.
-- Sort key: asked by id. The list of the newest matches reads a few small columns of all.
CREATE TABLE match_summaries
(
    game LowCardinality(String) COMMENT 'which game: mohaa, pubg, pss',
    match_id UUID COMMENT 'the match',
    server_id SimpleAggregateFunction(max, LowCardinality(String)) COMMENT 'server that sent it',
    match_wire_id SimpleAggregateFunction(max, String) COMMENT 'match_id as received',
    map_name SimpleAggregateFunction(max, LowCardinality(String)) COMMENT 'map',
    gametype SimpleAggregateFunction(max, LowCardinality(String)) COMMENT 'game type',
    first_event SimpleAggregateFunction(min, DateTime64(3, 'UTC')) COMMENT 'first event',
    last_event SimpleAggregateFunction(max, DateTime64(3, 'UTC')) COMMENT 'last event',
    kills SimpleAggregateFunction(sum, UInt64) COMMENT 'kills (R1)',
    bot_kills SimpleAggregateFunction(sum, UInt64) COMMENT 'bots killed (R7)',
    deaths SimpleAggregateFunction(sum, UInt64) COMMENT 'deaths of any sort (R4)',
    headshots SimpleAggregateFunction(sum, UInt64) COMMENT 'headshots (R6)',
    players SimpleAggregateFunction(groupUniqArrayArray, Array(String)) COMMENT 'guids of everybody seen in it, bots included',
    player_kills SimpleAggregateFunction(sumMap, Map(String, UInt64)) COMMENT 'kills (R1) of those who have any: who came first',
    ended_at SimpleAggregateFunction(max, DateTime64(3, 'UTC')) COMMENT 'when it was said to have ended; 1970 = not yet',
    winning_team AggregateFunction(argMax, String, Tuple(UInt8, DateTime64(3, 'UTC'), String)) COMMENT 'argMaxMerge(winning_team): said by match_end, else by the last team_win',
    allies_score AggregateFunction(argMax, Int32, Tuple(DateTime64(3, 'UTC'), Int32)) COMMENT 'last score of the allies; argMaxMerge(allies_score)',
    axis_score AggregateFunction(argMax, Int32, Tuple(DateTime64(3, 'UTC'), Int32)) COMMENT 'last score of the axis; argMaxMerge(axis_score)',
    current_players AggregateFunction(argMax, UInt64, Tuple(DateTime64(3, 'UTC'), UInt64)) COMMENT 'player count of the last heartbeat; argMaxMerge(current_players)',
    last_heartbeat SimpleAggregateFunction(max, DateTime64(3, 'UTC')) COMMENT 'last heartbeat; 1970 = none',
    peak_players SimpleAggregateFunction(max, UInt64) COMMENT 'largest player count of a heartbeat',
    max_players SimpleAggregateFunction(max, UInt64) COMMENT 'places on the server, 0 = never said',
    rounds SimpleAggregateFunction(max, UInt16) COMMENT 'highest round number or round total, 0 = not played in rounds'
)
ENGINE = AggregatingMergeTree
ORDER BY (game, match_id)
SETTINGS index_granularity = 256, non_replicated_deduplication_window = 10000
COMMENT 'one row per match';

CREATE MATERIALIZED VIEW match_summaries_players_mv TO match_summaries AS
SELECT
    game,
    match_id,
    max(server_id) AS server_id,
    max(map_name) AS map_name,
    max(gametype) AS gametype,
    min(first_seen) AS first_event,
    max(last_seen) AS last_event,
    sum(kills) AS kills,
    sum(bot_kills) AS bot_kills,
    sum(deaths) AS deaths,
    sum(headshots) AS headshots,
    groupUniqArray(player_guid) AS players,
    sumMap(map(player_guid, match_players.kills)) AS player_kills
FROM match_players
GROUP BY game, match_id;

CREATE MATERIALIZED VIEW match_summaries_gameflow_mv TO match_summaries AS
WITH
    if(event_type = 'heartbeat', toUInt64(least(greatest(amount, 0), 10000)), 0) AS reported_players,
    attributes['winning_team'] AS winner,
    toInt32OrZero(attributes['allies_score']) AS allies,
    toInt32OrZero(attributes['axis_score']) AS axis
SELECT
    game,
    match_id,
    max(server_id) AS server_id,
    max(match_wire_id) AS match_wire_id,
    max(map_name) AS map_name,
    max(gametype) AS gametype,
    min(event_time) AS first_event,
    max(event_time) AS last_event,
    max(if(event_type IN ('match_end', 'game_end'), event_time, toDateTime64(0, 3, 'UTC'))) AS ended_at,
    argMaxStateIf(winner, (event_type = 'match_end', event_time, winner), event_type IN ('match_end', 'team_win') AND winner NOT IN ('', 'unknown')) AS winning_team,
    argMaxStateIf(allies, (event_time, allies), attributes['allies_score'] != '') AS allies_score,
    argMaxStateIf(axis, (event_time, axis), attributes['axis_score'] != '') AS axis_score,
    argMaxStateIf(reported_players, (event_time, reported_players), event_type = 'heartbeat') AS current_players,
    max(if(event_type = 'heartbeat', event_time, toDateTime64(0, 3, 'UTC'))) AS last_heartbeat,
    max(reported_players) AS peak_players,
    max(toUInt64OrZero(attributes['maxclients'])) AS max_players,
    max(greatest(round_number, toUInt16OrZero(attributes['total_rounds']))) AS rounds
FROM raw_events
WHERE (player_guid = '' AND target_guid = '') OR event_type IN ('match_start', 'match_end', 'team_win', 'heartbeat')
GROUP BY game, match_id;
