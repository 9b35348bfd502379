-- The best of a week must not cost a look at every match there ever was: what a player did in a match, by the day it began on.
-- Filled when a match is settled, like the tables of 0012 (settle_feats.sql); `statline rebuild match_sequences` fills it for matches
-- that were settled before this table existed.
--
-- A late event may move the begin of a match over a midnight: then rows of an earlier version stay under the day before.
-- records.sql leaves out what rests on fewer raw events than the match was last settled on.
CREATE TABLE match_feats
(
    game LowCardinality(String) COMMENT 'which game: mohaa, pubg, pss',
    began_on Date COMMENT 'day on which the match began, UTC',
    match_id UUID COMMENT 'the match',
    player_guid String COMMENT 'the player, as actor or as victim',
    version UInt64 COMMENT 'raw events of the match it rests on: more replace fewer',
    began_at DateTime64(3, 'UTC') COMMENT 'first event of the match',
    server_id LowCardinality(String) COMMENT 'server that sent it',
    map_name LowCardinality(String) COMMENT 'map',
    gametype LowCardinality(String) COMMENT 'game type',
    player_name String COMMENT 'last name of the player in the match',
    is_bot Bool COMMENT 'whether any event said it is a bot',
    kills UInt32 COMMENT 'kills (R1)',
    deaths UInt32 COMMENT 'deaths (R4)',
    headshots UInt32 COMMENT 'kills at head or helmet (R6)',
    shots_fired UInt32 COMMENT 'shots (R9)',
    shots_hit UInt32 COMMENT 'hits (R9)',
    damage_dealt Float64 COMMENT 'points of damage done to others (R8)',
    best_streak UInt32 COMMENT 'most kills in a row without a death (R13)',
    best_multi_kill UInt32 COMMENT 'longest chain of kills, each within 4000 ms of the one before (R13)',
    longest_kill Float32 COMMENT 'game units of the kill from furthest away, 0 = no distance known',
    longest_kill_at DateTime64(3, 'UTC') COMMENT 'when that was; 1970 = no kill',
    longest_kill_weapon LowCardinality(String) COMMENT 'with which weapon, as received',
    longest_kill_target_guid String COMMENT 'whom',
    longest_kill_target_name String COMMENT 'the name of that one then'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (game, began_on, match_id, player_guid)
SETTINGS index_granularity = 1024
COMMENT 'day x match x player: what records are made of; read with FINAL';
