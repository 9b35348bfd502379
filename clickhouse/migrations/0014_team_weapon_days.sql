-- What each team did with each weapon on each map, server and game type on a day (UTC): the weapons of a map or a server,
-- how their use changed, from how far they kill, and how the teams balance. weapon_player_days knows players instead of places.
-- Like every other view it looks at a kill twice: for the team of the killer and, as a death, for the team of the victim.
-- Sort key: weapons, then maps are few, so a weapon, a map or a server is found by skipping.
CREATE TABLE team_weapon_days
(
    game LowCardinality(String) COMMENT 'which game: mohaa, pubg, pss',
    weapon LowCardinality(String) COMMENT 'weapon, display name as received; empty: objectives, which need none',
    map_name LowCardinality(String) COMMENT 'map',
    server_id LowCardinality(String) COMMENT 'server that sent it',
    gametype LowCardinality(String) COMMENT 'canonical game type; empty = unknown',
    team LowCardinality(String) COMMENT 'team of the actor, for deaths of the victim: allies, axis, freeforall, spectator, none or empty',
    distance_band UInt8 COMMENT 'of kills: 1 = under 10 m, 2 = under 25 m, 3 = under 50 m, 4 = under 100 m, 5 = further; 0 = unknown, and all that is no kill',
    day Date COMMENT 'day, UTC',
    kills SimpleAggregateFunction(sum, UInt64) COMMENT 'kills (R1)',
    bot_kills SimpleAggregateFunction(sum, UInt64) COMMENT 'bots killed (R7)',
    headshots SimpleAggregateFunction(sum, UInt64) COMMENT 'kills at head or helmet (R6)',
    deaths SimpleAggregateFunction(sum, UInt64) COMMENT 'deaths by it, whoever held it (R4)',
    shots_fired SimpleAggregateFunction(sum, UInt64) COMMENT 'shots (R9)',
    shots_hit SimpleAggregateFunction(sum, UInt64) COMMENT 'hits (R9)',
    damage_dealt SimpleAggregateFunction(sum, Float64) COMMENT 'points of damage done to others (R8)',
    kill_distance SimpleAggregateFunction(sum, Float64) COMMENT 'sum of the distances of the kills in a band, game units',
    objectives SimpleAggregateFunction(sum, UInt64) COMMENT 'objectives captured or advanced'
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(day)
ORDER BY (game, weapon, map_name, server_id, gametype, team, distance_band, day)
SETTINGS index_granularity = 1024, non_replicated_deduplication_window = 10000
COMMENT 'weapon x map x server x game type x team x distance x day';

CREATE MATERIALIZED VIEW team_weapon_days_mv TO team_weapon_days AS
WITH
    if(is_target, toLowCardinality(''), kill_kind) AS deed,
    event_type IN ('objective_capture', 'objective_update') AS is_objective
SELECT
    game,
    if(is_objective, '', toString(raw_events.weapon)) AS weapon,
    map_name,
    server_id,
    gametype,
    multiIf(
        is_target, toString(target_team),
        is_objective AND attributes['capturing_team'] != '', attributes['capturing_team'],
        toString(player_team)) AS team,
    multiIf(
        deed != 'kill' OR distance_units <= 0, 0,
        distance_units * 0.0254 < 10, 1,
        distance_units * 0.0254 < 25, 2,
        distance_units * 0.0254 < 50, 3,
        distance_units * 0.0254 < 100, 4,
        5) AS distance_band,
    toDate(event_time) AS day,
    countIf(deed = 'kill') AS kills,
    countIf(deed = 'bot') AS bot_kills,
    countIf(deed = 'kill' AND hitloc IN ('head', 'helmet')) AS headshots,
    countIf(is_target) AS deaths,
    countIf(event_type = 'weapon_fire') AS shots_fired,
    countIf(event_type = 'weapon_hit') AS shots_hit,
    sumIf(damage, event_type = 'damage' AND player_guid != target_guid) AS damage_dealt,
    sumIf(distance_units, deed = 'kill') AS kill_distance,
    countIf(is_objective) AS objectives
FROM raw_events
ARRAY JOIN multiIf(
    target_guid = '' OR kill_kind = '', if(player_guid = '' AND event_type != 'objective_capture' AND event_type != 'objective_update', CAST([], 'Array(Bool)'), [false]),
    player_guid = '', [true],
    [false, true]) AS is_target
WHERE is_objective OR (raw_events.weapon != '' AND event_type IN ('player_kill', 'bot_killed', 'damage', 'weapon_fire', 'weapon_hit'))
GROUP BY game, weapon, map_name, server_id, gametype, team, distance_band, day;
