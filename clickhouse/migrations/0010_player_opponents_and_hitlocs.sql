-- Whom a player killed and by whom he was killed. Each kill makes two rows, one for each of the two.
CREATE TABLE player_opponents
(
    game LowCardinality(String) COMMENT 'which game: mohaa, pubg, pss',
    player_guid String COMMENT 'the player',
    opponent_guid String COMMENT 'the other one',
    kills SimpleAggregateFunction(sum, UInt64) COMMENT 'opponent killed by player (R1)',
    bot_kills SimpleAggregateFunction(sum, UInt64) COMMENT 'opponent killed by player, by a bot_killed event (R7)',
    team_kills SimpleAggregateFunction(sum, UInt64) COMMENT 'opponent killed by player as a team mate (R2)',
    deaths SimpleAggregateFunction(sum, UInt64) COMMENT 'player killed by opponent (R1)',
    bot_deaths SimpleAggregateFunction(sum, UInt64) COMMENT 'player killed by opponent, by a bot_killed event (R7)',
    team_deaths SimpleAggregateFunction(sum, UInt64) COMMENT 'player killed by opponent as a team mate (R2)',
    opponent_is_bot SimpleAggregateFunction(max, Bool) COMMENT 'whether the opponent was a bot',
    last_met SimpleAggregateFunction(max, DateTime64(3, 'UTC')) COMMENT 'last time one killed the other'
)
ENGINE = AggregatingMergeTree
ORDER BY (game, player_guid, opponent_guid)
SETTINGS index_granularity = 1024, non_replicated_deduplication_window = 10000
COMMENT 'player x opponent: who killed whom';

CREATE MATERIALIZED VIEW player_opponents_mv TO player_opponents AS
SELECT
    game,
    if(is_target, target_guid, raw_events.player_guid) AS player_guid,
    if(is_target, raw_events.player_guid, target_guid) AS opponent_guid,
    countIf(NOT is_target AND kill_kind = 'kill') AS kills,
    countIf(NOT is_target AND kill_kind = 'bot') AS bot_kills,
    countIf(NOT is_target AND kill_kind = 'team_kill') AS team_kills,
    countIf(is_target AND kill_kind = 'kill') AS deaths,
    countIf(is_target AND kill_kind = 'bot') AS bot_deaths,
    countIf(is_target AND kill_kind = 'team_kill') AS team_deaths,
    max(if(is_target, player_is_bot, target_is_bot)) AS opponent_is_bot,
    max(event_time) AS last_met
FROM raw_events
ARRAY JOIN if(kill_kind IN ('kill', 'bot', 'team_kill') AND raw_events.player_guid != '' AND target_guid != '', [false, true], []) AS is_target
GROUP BY game, player_guid, opponent_guid;

-- Where a player hits others and is hit himself.
CREATE TABLE player_hitlocs
(
    game LowCardinality(String) COMMENT 'which game: mohaa, pubg, pss',
    player_guid String COMMENT 'the player',
    hitloc LowCardinality(String) COMMENT 'hit location by name (1.5)',
    kills SimpleAggregateFunction(sum, UInt64) COMMENT 'kills by the player there (R1)',
    deaths SimpleAggregateFunction(sum, UInt64) COMMENT 'deaths of the player by a hit there (R4)',
    hits_given SimpleAggregateFunction(sum, UInt64) COMMENT 'weapon_hit events by the player',
    hits_taken SimpleAggregateFunction(sum, UInt64) COMMENT 'weapon_hit events on the player',
    damage_given SimpleAggregateFunction(sum, Float64) COMMENT 'points of damage done to others there',
    damage_taken SimpleAggregateFunction(sum, Float64) COMMENT 'points of damage taken there'
)
ENGINE = AggregatingMergeTree
ORDER BY (game, player_guid, hitloc)
SETTINGS index_granularity = 1024, non_replicated_deduplication_window = 10000
COMMENT 'player x hit location: given and taken';

CREATE MATERIALIZED VIEW player_hitlocs_mv TO player_hitlocs AS
SELECT
    game,
    if(is_target, target_guid, raw_events.player_guid) AS player_guid,
    hitloc,
    countIf(NOT is_target AND kill_kind = 'kill') AS kills,
    countIf(is_target AND kill_kind != '') AS deaths,
    countIf(NOT is_target AND event_type = 'weapon_hit') AS hits_given,
    countIf(is_target AND event_type = 'weapon_hit') AS hits_taken,
    sumIf(damage, NOT is_target AND event_type = 'damage' AND raw_events.player_guid != target_guid) AS damage_given,
    sumIf(damage, is_target AND event_type = 'damage') AS damage_taken
FROM raw_events
ARRAY JOIN if(hitloc != '' AND event_type IN ('player_kill', 'bot_killed', 'weapon_hit', 'damage'), [false, true], []) AS is_target
WHERE if(is_target, target_guid, raw_events.player_guid) != ''
GROUP BY game, player_guid, hitloc;
