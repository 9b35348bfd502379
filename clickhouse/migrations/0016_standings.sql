-- Where everybody stands, of all time, in each figure that players are compared by: who asks for the place of one player, for the best of a
-- board or for the cards must not make the sums of all players again, of whom there may be a hundred thousand.
-- query/standings.py says when it is renewed, clickhouse/queries/standings_*.sql how, docs/decisions/0014-standings.md why it is no view.
--
-- One row for each figure, which its renewal replaces. Nothing rests on it that could not be asked of all players: who finds no fresh row
-- asks the other way. So it is not rebuilt but renewed.
CREATE TABLE standings
(
    game LowCardinality(String) COMMENT 'which game: mohaa, pubg, pss',
    stat LowCardinality(String) COMMENT 'the figure: a stat of a leaderboard, a card or a combo',
    renewed_at DateTime64(3, 'UTC') COMMENT 'when it was made: the newest replaces the others',
    ranked UInt64 COMMENT 'players who have any of it; bots are left out',
    best Array(Tuple(score Int64, player_guid String)) COMMENT 'the 500 best in their order, values in millionths; of equal ones the smaller guid comes first',
    ladder Array(Tuple(score Int64, more UInt64, equal UInt64)) COMMENT 'values, largest first, with how many have more and as many; beyond 1000 of more than 2000 values one for each half percent of the players'
)
ENGINE = ReplacingMergeTree(renewed_at)
ORDER BY (game, stat)
COMMENT 'figure: who leads and how all others divide, of all time; read with FINAL';
