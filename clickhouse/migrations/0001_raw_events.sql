-- One row is one event as it happened on a game server: what every aggregate is made of and can be made again from.
-- The columns are schema/columns.py, name for name and comment for comment (tests/query/test_migrations.py compares them).
--
-- Sort key: a game server plays one match at a time, so (server, time) also keeps the events of a match and of a
-- player's visit side by side; measured against keys that start with the match in docs/decisions/0003-sort-keys.md.
-- The bloom filters lead to a match or a player without knowing when and where.
-- Retention counts from the arrival, not from event_time: a match that is sent late, or by a server with a wrong clock,
-- is kept as long as every other. Only whole parts are dropped (a monthly part goes when its last row is due).
-- Setting: clickhouse retention; the days here are only the default.
CREATE TABLE raw_events
(
    game LowCardinality(String) COMMENT 'which game: mohaa, pubg, pss',
    event_type LowCardinality(String) COMMENT 'canonical type (spec/openmohaa.md 1.2) or the received one when unknown',
    event_name LowCardinality(String) COMMENT 'type as received',
    event_time DateTime64(3, 'UTC') COMMENT 'when it happened' CODEC(Delta(8), LZ4),
    received_at DateTime64(3, 'UTC') COMMENT 'when the report that carried it arrived' CODEC(Delta(8), LZ4),
    game_time Float64 COMMENT 'seconds since map load when the wire gave game time, else 0',
    time_source LowCardinality(String) COMMENT 'what event_time rests on: unix, game (anchored to received_at) or received',
    server_id LowCardinality(String) COMMENT 'authenticated server that sent it',
    match_id UUID COMMENT 'UUID of the match (spec/openmohaa.md 2.6)',
    match_wire_id String COMMENT 'match_id as received',
    session_id String COMMENT 'session of the server process, as received',
    event_id String COMMENT 'sender''s id for exact deduplication, or empty',
    batch_id String COMMENT 'spool segment and chunk it was inserted with: the deduplication token',
    batch_row UInt32 COMMENT 'position in that batch' CODEC(Delta(4), LZ4),
    map_name LowCardinality(String) COMMENT 'map as received, filled from the match when missing',
    gametype LowCardinality(String) COMMENT 'canonical game type: ffa, tdm, round, obj, tow, lib, ctf or empty',
    round_number UInt16 COMMENT '1-based round, 0 = unknown',
    player_guid String COMMENT 'id of the actor (attacker of a kill or of damage); unauth_<slot> scoped as unauth_<slot>@<8 hex>; empty = nobody',
    player_name String COMMENT 'name of the actor (attacker of a kill or of damage), colour codes ^0-^9 removed',
    player_team LowCardinality(String) COMMENT 'team of the actor (attacker of a kill or of damage): allies, axis, freeforall, spectator, none or empty',
    player_smf_id UInt64 COMMENT 'forum member id of the actor (attacker of a kill or of damage), 0 = not logged in',
    player_x Float32 COMMENT 'position of the actor (attacker of a kill or of damage), game units (1 unit = 0.0254 m); x = y = z = 0 means unknown',
    player_y Float32 COMMENT 'position of the actor (attacker of a kill or of damage), game units',
    player_z Float32 COMMENT 'position of the actor (attacker of a kill or of damage), game units',
    player_pitch Float32 COMMENT 'view angle of the actor (attacker of a kill or of damage), degrees',
    player_yaw Float32 COMMENT 'view angle of the actor (attacker of a kill or of damage), degrees',
    player_stance LowCardinality(String) COMMENT 'stance of the actor (attacker of a kill or of damage): stand, crouch, prone or empty',
    player_is_bot Bool COMMENT 'whether the actor (attacker of a kill or of damage) is a bot, as far as its session said',
    target_guid String COMMENT 'id of the other party (victim of a kill or of damage); unauth_<slot> scoped as unauth_<slot>@<8 hex>; empty = nobody',
    target_name String COMMENT 'name of the other party (victim of a kill or of damage), colour codes ^0-^9 removed',
    target_team LowCardinality(String) COMMENT 'team of the other party (victim of a kill or of damage): allies, axis, freeforall, spectator, none or empty',
    target_smf_id UInt64 COMMENT 'forum member id of the other party (victim of a kill or of damage), 0 = not logged in',
    target_x Float32 COMMENT 'position of the other party (victim of a kill or of damage), game units (1 unit = 0.0254 m); x = y = z = 0 means unknown',
    target_y Float32 COMMENT 'position of the other party (victim of a kill or of damage), game units',
    target_z Float32 COMMENT 'position of the other party (victim of a kill or of damage), game units',
    target_pitch Float32 COMMENT 'view angle of the other party (victim of a kill or of damage), degrees',
    target_yaw Float32 COMMENT 'view angle of the other party (victim of a kill or of damage), degrees',
    target_stance LowCardinality(String) COMMENT 'stance of the other party (victim of a kill or of damage): stand, crouch, prone or empty',
    target_is_bot Bool COMMENT 'whether the other party (victim of a kill or of damage) is a bot, as far as its session said',
    weapon LowCardinality(String) COMMENT 'weapon, display name as received; new weapon of weapon_change; unknown for a kill without one',
    hitloc LowCardinality(String) COMMENT 'hit location by name (1.5), engine numbers mapped',
    mod LowCardinality(String) COMMENT 'means of death, lower case without mod_ (1.6)',
    damage Float64 COMMENT 'points of damage; unparsable, negative and non-finite values are 0',
    kill_kind LowCardinality(String) COMMENT 'kill, team_kill, suicide, world, bot or empty: rules R1-R7 decided once',
    distance_units Float32 COMMENT 'distance between actor and target of a kill, game units; 0 = unknown',
    walked Float64 COMMENT 'of distance events: game units walked since the last one (R11)',
    sprinted Float64 COMMENT 'game units sprinted since the last distance event',
    swam Float64 COMMENT 'game units swum since the last distance event',
    driven Float64 COMMENT 'game units driven since the last distance event',
    subject LowCardinality(String) COMMENT 'the thing acted on: item, projectile, entity, object, vehicle, turret, objective, vote',
    amount Float64 COMMENT 'how much or how many: item count, health, ammo, armour, height, delta of score',
    attributes Map(LowCardinality(String), String) COMMENT 'every other field, canonical name to text',
    raw String COMMENT 'the event exactly as received: its line or JSON object' CODEC(ZSTD(1)),
    INDEX match_id_bloom match_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX player_guid_bloom player_guid TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX target_guid_bloom target_guid TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(event_time)
ORDER BY (game, server_id, event_time)
TTL toDateTime(received_at) + toIntervalDay(90)
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1,
    min_bytes_for_wide_part = 67108864 -- a batch of 20,000 rows in one file instead of fifty: a fifth of the insert's cost
COMMENT 'every event as it happened, one row each';
