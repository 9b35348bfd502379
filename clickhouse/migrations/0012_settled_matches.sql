-- What is computed once per match, when it is over, from its raw events in their order: streaks, multi-kills, lives, stances,
-- and every kill and death with its circumstances. No view can hold these, for a view sees a batch and not a match.
-- jobs/settling.py says when; jobs/sequences.py and clickhouse/queries/settle_*.sql say how; docs/statistics.md defines the figures.
--
-- A match is settled again when events came later: rows of the same key replace each other, the one of more events wins.
-- So nothing counts twice, whoever settles how often. Queries read these tables with FINAL. No partitions: a late event
-- may move the begin of a match, and rows of one key in two partitions would not replace each other.
-- The views below count a match's events, which tells whether anything came since.
ALTER TABLE match_summaries ADD COLUMN IF NOT EXISTS events SimpleAggregateFunction(sum, UInt64)
    COMMENT 'how many events were stored, about: it grows with every event that matters; 0 before this column existed';

ALTER TABLE match_summaries_players_mv MODIFY QUERY
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
    sumMap(map(player_guid, match_players.kills)) AS player_kills,
    sum(match_players.events) + sum(match_players.deaths) AS events
FROM match_players
GROUP BY game, match_id;

ALTER TABLE match_summaries_gameflow_mv MODIFY QUERY
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
    max(greatest(round_number, toUInt16OrZero(attributes['total_rounds']))) AS rounds,
    count() AS events
FROM raw_events
WHERE (player_guid = '' AND target_guid = '') OR event_type IN ('match_start', 'match_end', 'team_win', 'heartbeat')
GROUP BY game, match_id;

-- Which matches are settled, and on how many events that rests.
CREATE TABLE settled_matches
(
    game LowCardinality(String) COMMENT 'which game: mohaa, pubg, pss',
    match_id UUID COMMENT 'the match',
    events UInt64 COMMENT 'match_summaries.events it rests on: settled again when that has grown',
    raw_events UInt64 COMMENT 'raw events read',
    settled_at DateTime64(3, 'UTC') COMMENT 'when'
)
ENGINE = ReplacingMergeTree(settled_at)
ORDER BY (game, match_id)
SETTINGS index_granularity = 256
COMMENT 'matches whose sequence statistics are computed; read with FINAL';

-- Sequence statistics of a player in a match. Times in milliseconds, distances in game units.
CREATE TABLE match_sequences
(
    game LowCardinality(String) COMMENT 'which game: mohaa, pubg, pss',
    player_guid String COMMENT 'the player, as actor or as victim',
    match_id UUID COMMENT 'the match',
    version UInt64 COMMENT 'raw events of the match it rests on: more replace fewer',
    server_id LowCardinality(String) COMMENT 'server that sent it',
    map_name LowCardinality(String) COMMENT 'map',
    gametype LowCardinality(String) COMMENT 'game type',
    began_at DateTime64(3, 'UTC') COMMENT 'first event of the match',
    first_at DateTime64(3, 'UTC') COMMENT 'first event of the player as actor; 1970 = none',
    last_at DateTime64(3, 'UTC') COMMENT 'last event of the player as actor; 1970 = none',
    is_bot Bool COMMENT 'whether any event said it is a bot',
    kills UInt32 COMMENT 'kills (R1)',
    deaths UInt32 COMMENT 'deaths (R4)',
    best_streak UInt32 COMMENT 'most kills in a row without a death (R13)',
    streaks_5 UInt32 COMMENT 'runs of 5 kills or more without a death',
    streaks_10 UInt32 COMMENT 'runs of 10 or more',
    streaks_15 UInt32 COMMENT 'runs of 15 or more',
    streaks_20 UInt32 COMMENT 'runs of 20 or more',
    streaks_25 UInt32 COMMENT 'runs of 25 or more',
    last_streak UInt32 COMMENT 'kills after the last death; all kills without one',
    double_kills UInt32 COMMENT 'chains of 2 kills, each within 4000 ms of the one before (R13)',
    multi_kills UInt32 COMMENT 'chains of 3',
    ultra_kills UInt32 COMMENT 'chains of 4',
    monster_kills UInt32 COMMENT 'chains of 5',
    ludicrous_kills UInt32 COMMENT 'chains of 6 or more',
    chained_kills UInt32 COMMENT 'kills in all these chains',
    first_bloods UInt32 COMMENT 'first kill of the match, or of a round where there are rounds',
    first_blood_chances UInt32 COMMENT 'matches or rounds that had a first kill',
    revenge_kills UInt32 COMMENT 'kills of the killer of the life before',
    trading_kills UInt32 COMMENT 'kills of somebody who killed a team mate within the 5000 ms before',
    clutches UInt32 COMMENT 'rounds won as the last one alive of the team, against somebody alive',
    clutch_chances UInt32 COMMENT 'rounds in which the player was that last one',
    longshots UInt32 COMMENT 'kills from 50 m or further',
    gibs UInt32 COMMENT 'kills with mod gib',
    air_kills UInt32 COMMENT 'kills within 700 ms of a jump, not landed since',
    slide_kills UInt32 COMMENT 'kills within 1000 ms of going into a crouch',
    kill_speed Float64 COMMENT 'sum over the kills of the speed at that moment, game units per second; 0 when standing',
    hp_kills UInt32 COMMENT 'kills whose health is known: the match tells of damage',
    hp_at_kill Float64 COMMENT 'sum of the health at these kills, points',
    low_health_kills UInt32 COMMENT 'of these, kills at 25 points of health or fewer',
    lives UInt32 COMMENT 'lives that ended in a death',
    lives_survived UInt32 COMMENT '1 when the player was seen after the last death',
    lifespan_ms Float64 COMMENT 'sum of the lengths of the lives that ended in a death',
    stand_ms Float64 COMMENT 'time seen standing; gaps longer than 10 s between two events count 10 s',
    crouch_ms Float64 COMMENT 'time seen crouching',
    prone_ms Float64 COMMENT 'time seen prone',
    sprint_ms Float64 COMMENT 'time seen sprinting: the sprinted share of the time that distance events cover',
    allies_ms Float64 COMMENT 'time seen in the allies team',
    axis_ms Float64 COMMENT 'time seen in the axis team',
    rounds UInt32 COMMENT 'rounds in which the player was seen in a team',
    rounds_won UInt32 COMMENT 'of these, won by that team',
    rounds_lost UInt32 COMMENT 'of these, won by the other team',
    rounds_survived UInt32 COMMENT 'of these, ended alive'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (game, player_guid, match_id)
SETTINGS index_granularity = 256
COMMENT 'player x match: what depends on the order of events; read with FINAL';

-- Every kill and every death of a player with its circumstances: what drill-downs over any two of them are made from.
-- A kill stands here twice, for the killer and for the victim. Bounded by the player: his answers read his rows only.
CREATE TABLE player_duels
(
    game LowCardinality(String) COMMENT 'which game: mohaa, pubg, pss',
    player_guid String COMMENT 'the player',
    match_id UUID COMMENT 'the match',
    number UInt32 COMMENT 'its place among the kills and deaths of the player in the match, from 1',
    version UInt64 COMMENT 'raw events of the match it rests on: more replace fewer',
    at DateTime64(3, 'UTC') COMMENT 'when' CODEC(Delta(8), LZ4),
    is_death Bool COMMENT 'the player died; else the player killed',
    kill_kind LowCardinality(String) COMMENT 'kill, team_kill, suicide, world or bot',
    opponent_guid String COMMENT 'the other one; empty = the world',
    opponent_is_bot Bool COMMENT 'whether that one is a bot',
    server_id LowCardinality(String) COMMENT 'server that sent it',
    map_name LowCardinality(String) COMMENT 'map',
    gametype LowCardinality(String) COMMENT 'game type',
    weapon LowCardinality(String) COMMENT 'weapon of the killer, as received',
    hitloc LowCardinality(String) COMMENT 'where the victim was hit',
    mod LowCardinality(String) COMMENT 'means of death',
    stance LowCardinality(String) COMMENT 'stance of the player, not of the other one',
    distance_units Float32 COMMENT 'game units between the two, 0 = unknown',
    x Float32 COMMENT 'where the player stood, game units; x = y = z = 0 means unknown',
    y Float32 COMMENT 'game units',
    z Float32 COMMENT 'game units'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (game, player_guid, match_id, number)
SETTINGS index_granularity = 1024
COMMENT 'player x kill or death, with its circumstances; read with FINAL';

-- What a player did with what in a match: shots by weapon, pickups by item, vehicles, turrets, objectives, falls, chat.
CREATE TABLE player_things
(
    game LowCardinality(String) COMMENT 'which game: mohaa, pubg, pss',
    player_guid String COMMENT 'the player',
    match_id UUID COMMENT 'the match',
    kind LowCardinality(String) COMMENT 'weapon, item, item_drop, vehicle, turret, objective, chat, fall or ladder',
    thing LowCardinality(String) COMMENT 'which weapon, item, vehicle, turret, objective; chat: team or all',
    version UInt64 COMMENT 'raw events of the match it rests on: more replace fewer',
    began_at DateTime64(3, 'UTC') COMMENT 'first event of the match',
    server_id LowCardinality(String) COMMENT 'server that sent it',
    map_name LowCardinality(String) COMMENT 'map',
    gametype LowCardinality(String) COMMENT 'game type',
    uses UInt32 COMMENT 'how often: shots of a weapon, pickups of an item, entries into a vehicle',
    hits UInt32 COMMENT 'of a weapon: hits',
    amount Float64 COMMENT 'weapon: damage done to others; item: count; fall: damage taken; ladder: game units climbed'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (game, player_guid, match_id, kind, thing)
SETTINGS index_granularity = 1024
COMMENT 'player x match x thing; read with FINAL';
