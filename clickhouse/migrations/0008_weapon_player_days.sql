-- What a player did with a weapon on a day (UTC), and died by it.
-- Sort key: a weapon's leaderboard reads that weapon only. There are few weapons, so one player is found in each of them
-- by the key too: a granule of 256 rows for each weapon and month (docs/decisions/0003-sort-keys.md).
CREATE TABLE weapon_player_days
(
    game LowCardinality(String) COMMENT 'which game: mohaa, pubg, pss',
    player_guid String COMMENT 'the player, as actor or as victim',
    weapon LowCardinality(String) COMMENT 'weapon, display name as received; unknown for a kill without one',
    day Date COMMENT 'day, UTC',
    kills SimpleAggregateFunction(sum, UInt64) COMMENT 'kills with it (R1, R10)',
    bot_kills SimpleAggregateFunction(sum, UInt64) COMMENT 'bots killed with it',
    team_kills SimpleAggregateFunction(sum, UInt64) COMMENT 'team mates killed with it',
    suicides SimpleAggregateFunction(sum, UInt64) COMMENT 'suicides with it',
    deaths SimpleAggregateFunction(sum, UInt64) COMMENT 'deaths by it, whoever held it',
    headshots SimpleAggregateFunction(sum, UInt64) COMMENT 'kills at head or helmet (R6)',
    torso_kills SimpleAggregateFunction(sum, UInt64) COMMENT 'kills at the torso',
    limb_kills SimpleAggregateFunction(sum, UInt64) COMMENT 'kills at arms and legs',
    shots_fired SimpleAggregateFunction(sum, UInt64) COMMENT 'shots (R9)',
    shots_hit SimpleAggregateFunction(sum, UInt64) COMMENT 'hits (R9)',
    damage_dealt SimpleAggregateFunction(sum, Float64) COMMENT 'points of damage done to others (R8)',
    kill_distance SimpleAggregateFunction(sum, Float64) COMMENT 'sum of the distances of the kills whose positions are known, game units',
    distance_kills SimpleAggregateFunction(sum, UInt64) COMMENT 'how many kills those are',
    kill_distance_max SimpleAggregateFunction(max, Float32) COMMENT 'longest kill, game units',
    is_bot SimpleAggregateFunction(max, Bool) COMMENT 'whether any of these events said the player is a bot',
    last_used SimpleAggregateFunction(max, DateTime64(3, 'UTC')) COMMENT 'last use; 1970 = only died by it'
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(day)
ORDER BY (game, weapon, player_guid, day)
SETTINGS index_granularity = 256, non_replicated_deduplication_window = 10000
COMMENT 'player x weapon x day';

CREATE MATERIALIZED VIEW weapon_player_days_mv TO weapon_player_days AS
WITH
    if(is_target, toLowCardinality(''), kill_kind) AS deed,
    if(deed = 'kill', hitloc, toLowCardinality('')) AS killed_at
SELECT
    game,
    if(is_target, target_guid, raw_events.player_guid) AS player_guid,
    weapon,
    toDate(event_time) AS day,
    countIf(deed = 'kill') AS kills,
    countIf(deed = 'bot') AS bot_kills,
    countIf(deed = 'team_kill') AS team_kills,
    countIf(deed = 'suicide') AS suicides,
    countIf(is_target) AS deaths,
    countIf(killed_at IN ('head', 'helmet')) AS headshots,
    countIf(killed_at IN ('neck', 'torso_upper', 'torso_mid', 'torso_lower', 'pelvis', 'torso', 'chest')) AS torso_kills,
    countIf(killed_at IN ('r_arm_upper', 'l_arm_upper', 'r_leg_upper', 'l_leg_upper', 'r_arm_lower', 'l_arm_lower', 'r_leg_lower', 'l_leg_lower', 'r_hand', 'l_hand', 'r_foot', 'l_foot', 'right_arm', 'left_arm', 'right_leg', 'left_leg', 'arm', 'leg')) AS limb_kills,
    countIf(event_type = 'weapon_fire') AS shots_fired,
    countIf(event_type = 'weapon_hit') AS shots_hit,
    sumIf(damage, event_type = 'damage' AND raw_events.player_guid != target_guid) AS damage_dealt,
    sumIf(distance_units, deed = 'kill') AS kill_distance,
    countIf(deed = 'kill' AND distance_units > 0) AS distance_kills,
    maxIf(distance_units, deed = 'kill') AS kill_distance_max,
    max(if(is_target, target_is_bot, player_is_bot)) AS is_bot,
    max(if(is_target, toDateTime64(0, 3, 'UTC'), event_time)) AS last_used
FROM raw_events
ARRAY JOIN multiIf(
    target_guid = '' OR kill_kind = '', if(raw_events.player_guid = '', CAST([], 'Array(Bool)'), [false]),
    raw_events.player_guid = '', [true],
    [false, true]) AS is_target
WHERE weapon != '' AND event_type IN ('player_kill', 'bot_killed', 'damage', 'weapon_fire', 'weapon_hit')
GROUP BY game, player_guid, weapon, day;
