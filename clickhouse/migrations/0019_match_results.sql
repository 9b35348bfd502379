-- How matches ended for each player, kept: views know it, but to join a player's matches with what decided them was the dearest part of his
-- answers (docs/decisions/0016-match-results.md). Filled when a match that is over is settled, like the tables of 0012
-- (settle_results.sql), from what views tell at that moment. `events`, `deaths` and `last_seen` tell whoever reads them whether the player was in any match
-- since; views are asked again then (query/results.py).
--
-- Sort key: asked by player. No partitions: rows of one key must meet to replace each other.
CREATE TABLE match_results
(
    game LowCardinality(String) COMMENT 'which game: mohaa, pubg, pss',
    player_guid String COMMENT 'the player, as actor or as victim',
    match_id UUID COMMENT 'the match',
    settled_at DateTime64(3, 'UTC') COMMENT 'when this was true: later replaces earlier',
    server_id LowCardinality(String) COMMENT 'server that sent it',
    map_name LowCardinality(String) COMMENT 'map on which the player was seen, the last by name of several',
    gametype LowCardinality(String) COMMENT 'game type of the match',
    player_gametype LowCardinality(String) COMMENT 'game type in which the player was seen',
    maps UInt16 COMMENT 'on how many maps the player was seen',
    team LowCardinality(String) COMMENT 'last team of the player that was known',
    outcome UInt8 COMMENT 'how it ended: 0 undecided; alone: 1 lost, 2 won; in a team: 3 lost, 4 won',
    ended Bool COMMENT 'whether the match said that it ended',
    began_at DateTime64(3, 'UTC') COMMENT 'first event of the match',
    last_event_at DateTime64(3, 'UTC') COMMENT 'last event of the match',
    first_seen DateTime64(3, 'UTC') COMMENT 'first event of the player, as actor or as victim',
    last_seen DateTime64(3, 'UTC') COMMENT 'last event of the player, as actor or as victim',
    span_ms Int64 COMMENT 'from the first to the last event of the player as actor, milliseconds',
    rounds UInt16 COMMENT 'rounds of the match',
    allies_score Int32 COMMENT 'last score of the allies that was told',
    axis_score Int32 COMMENT 'last score of the axis that was told',
    kills UInt64 COMMENT 'kills (R1)',
    bot_kills UInt64 COMMENT 'bots killed, apart from kills (R7)',
    deaths UInt64 COMMENT 'deaths of any sort (R4)',
    headshots UInt64 COMMENT 'kills at head or helmet (R6)',
    events UInt64 COMMENT 'events with the player as actor'
)
ENGINE = ReplacingMergeTree(settled_at)
ORDER BY (game, player_guid, match_id)
SETTINGS index_granularity = 256
COMMENT 'player x match that is over: how it ended; read with FINAL';

-- What is settled already. The INSERT begins with an empty table, so a migration that was killed may begin again.
TRUNCATE TABLE match_results;

INSERT INTO match_results
SELECT
    played.game AS game,
    player_guid,
    played.match_id AS match_id,
    now64(3, 'UTC') AS settled_at,
    server_id,
    map_name,
    kind AS gametype,
    player_gametype,
    maps,
    last_team AS team,
    multiIf(
        kind = 'ffa' AND ended AND notEmpty(leaders), 1 + has(leaders, player_guid),
        kind != 'ffa' AND winner IN ('allies', 'axis') AND last_team IN ('allies', 'axis'), 3 + (winner = last_team),
        0) AS outcome,
    ended,
    began AS began_at,
    match_to AS last_event_at,
    player_from AS first_seen,
    player_to AS last_seen,
    acted_ms AS span_ms,
    match_rounds AS rounds,
    allies AS allies_score,
    axis AS axis_score,
    kills,
    bot_kills,
    deaths,
    headshots,
    events
FROM
(
    SELECT
        game,
        player_guid,
        match_id,
        argMaxMerge(match_players.team) AS last_team,
        max(match_players.server_id) AS server_id,
        max(match_players.map_name) AS map_name,
        max(match_players.gametype) AS player_gametype,
        uniqExact(match_players.map_name) AS maps,
        min(match_players.first_seen) AS player_from,
        max(match_players.last_seen) AS player_to,
        dateDiff('millisecond', min(first_acted), max(last_acted)) AS acted_ms,
        sum(match_players.kills) AS kills,
        sum(match_players.bot_kills) AS bot_kills,
        sum(match_players.deaths) AS deaths,
        sum(match_players.headshots) AS headshots,
        sum(match_players.events) AS events
    FROM match_players
    GROUP BY game, player_guid, match_id
) AS played
INNER JOIN
(
    SELECT
        game,
        match_id,
        min(first_event) AS began,
        max(last_event) AS match_to,
        max(match_summaries.gametype) AS kind,
        max(ended_at) > toDateTime64(0, 3, 'UTC') AS ended,
        argMaxMerge(winning_team) AS winner,
        argMaxMerge(match_summaries.allies_score) AS allies,
        argMaxMerge(match_summaries.axis_score) AS axis,
        max(match_summaries.rounds) AS match_rounds,
        sumMap(player_kills) AS kills_of,
        mapKeys(mapFilter((_, killed) -> killed > 0 AND killed = arrayMax(mapValues(kills_of)), kills_of)) AS leaders
    FROM match_summaries
    GROUP BY game, match_id
) AS decided ON decided.game = played.game AND decided.match_id = played.match_id
WHERE played.match_id IN (SELECT match_id FROM settled_matches)
-- Every player and match there ever was: what fills the memory goes to the disk.
SETTINGS max_bytes_before_external_group_by = 268435456;
