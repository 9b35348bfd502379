-- Who leads on each map, in each game type, with each weapon and in each part of the day, of all time: a board of such a place must not
-- make the sums of everybody who was ever there. query/place_standings.py says which boards are answered from it,
-- clickhouse/queries/place_standings_*.sql how it is made, docs/decisions/0014-standings.md why it is no view.
--
-- One row for each place and figure, which its renewal replaces: of each kind the 200 places with most kills, for servers may invent names.
-- Beside the value stands what boards show of a player, so that both are of one moment. A place that is no longer kept leaves a row that
-- nobody reads; it goes after a day. Not rebuilt but renewed, as `standings` is.
-- Sort key: a board is one row of some kB, so granules are small.
CREATE TABLE place_standings
(
    game LowCardinality(String) COMMENT 'which game: mohaa, pubg, pss',
    kind LowCardinality(String) COMMENT 'what the place is: map, gametype, weapon, time',
    place String COMMENT 'map, canonical game type, weapon as received; morning, afternoon, evening, night or weekend (UTC)',
    stat LowCardinality(String) COMMENT 'the figure: a stat of a leaderboard, or peak: K/D of those with 20 kills (time only)',
    renewed_at DateTime64(3, 'UTC') COMMENT 'when it was made: the newest replaces the others',
    ranked UInt64 COMMENT 'players who have any of it there; bots are left out',
    best Array(Tuple(score Int64, player_guid String, kills UInt64, deaths UInt64, headshots UInt64, shots_fired UInt64, shots_hit UInt64, damage Float64)) COMMENT 'the 100 best in their order, values in millionths, and how they fought there; of equal ones the smaller guid comes first'
)
ENGINE = ReplacingMergeTree(renewed_at)
ORDER BY (game, kind, place, stat)
TTL toDateTime(renewed_at) + toIntervalDay(1)
SETTINGS index_granularity = 8
COMMENT 'place x figure: who leads there, of all time; read with FINAL';

-- What boards show of those who lead anywhere in `standings` or `place_standings`, made right after them: a page of a board asks nobody's sums.
-- The figures are a map, not columns: naming 60 of them costs a question more than reading them (docs/decisions/0011-what-an-answer-costs.md).
CREATE TABLE leaders
(
    game LowCardinality(String) COMMENT 'which game: mohaa, pubg, pss',
    player_guid String COMMENT 'a player among the 100 best of any figure, somewhere',
    renewed_at DateTime64(3, 'UTC') COMMENT 'when it was made: the newest replaces the others',
    name String COMMENT 'last name',
    smf_id UInt64 COMMENT 'forum member id, 0 = not logged in',
    figures Map(LowCardinality(String), Float64) COMMENT 'every figure of all time that is not 0, by the names that leaderboards answer with'
)
ENGINE = ReplacingMergeTree(renewed_at)
ORDER BY (game, player_guid)
TTL toDateTime(renewed_at) + toIntervalDay(1)
SETTINGS index_granularity = 64
COMMENT 'player who leads somewhere: what boards show of him, of all time; read with FINAL';
