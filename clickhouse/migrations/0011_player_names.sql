-- Names a player was seen under. Read by name (the game's `stats <name>` command), hence the sort key; the bloom
-- filter finds the names of one player.
CREATE TABLE player_names
(
    game LowCardinality(String) COMMENT 'which game: mohaa, pubg, pss',
    name_folded String COMMENT 'the name in lower case',
    player_name String COMMENT 'the name, colour codes removed',
    player_guid String COMMENT 'who bore it',
    uses SimpleAggregateFunction(sum, UInt64) COMMENT 'events that carried it',
    first_seen SimpleAggregateFunction(min, DateTime64(3, 'UTC')) COMMENT 'first such event',
    last_seen SimpleAggregateFunction(max, DateTime64(3, 'UTC')) COMMENT 'last such event',
    INDEX player_guid_bloom player_guid TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = AggregatingMergeTree
ORDER BY (game, name_folded, player_name, player_guid)
SETTINGS index_granularity = 1024, non_replicated_deduplication_window = 10000
COMMENT 'names of players: since when, until when, how often';

CREATE MATERIALIZED VIEW player_names_mv TO player_names AS
SELECT
    game,
    lowerUTF8(player_name) AS name_folded,
    if(is_target, target_name, raw_events.player_name) AS player_name,
    if(is_target, target_guid, raw_events.player_guid) AS player_guid,
    count() AS uses,
    min(event_time) AS first_seen,
    max(event_time) AS last_seen
FROM raw_events
ARRAY JOIN if(kill_kind != '', [false, true], [false]) AS is_target
WHERE if(is_target, target_name, raw_events.player_name) != '' AND if(is_target, target_guid, raw_events.player_guid) != ''
GROUP BY game, name_folded, player_name, player_guid;
