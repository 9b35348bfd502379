-- The skill rating of every player before and after every match (docs/rating.md). A run is one sequence of matches, rated one after
-- the other in the order of their end; a replay writes a whole new run beside the old one and then becomes the current one, by its
-- row in rating_runs. So a rating never changes without a row that says when, why and from which match on.
-- query/rater.py writes these tables, one rater at a time; what it writes twice is the same and replaces itself. Read with FINAL.
CREATE TABLE match_ratings
(
    game LowCardinality(String) COMMENT 'which game: mohaa, pubg, pss',
    run UInt32 COMMENT 'run of the rating; the current one is the largest in rating_runs',
    player_guid String COMMENT 'the player',
    ended_at DateTime64(3, 'UTC') COMMENT 'end of the match',
    match_id UUID COMMENT 'the match',
    place UInt16 COMMENT 'place of the player or his team, 1 = won; equal ones share it',
    mu_before Float64 COMMENT 'how good the player seemed before',
    sigma_before Float64 COMMENT 'how unsure that was',
    mu_after Float64 COMMENT 'how good the player seems after it',
    sigma_after Float64 COMMENT 'how unsure that is; the conservative rating is mu - 3 sigma',
    rated_at DateTime64(3, 'UTC') COMMENT 'when it was rated',
    INDEX match_id_bloom match_id TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(rated_at)
PARTITION BY run
ORDER BY (game, run, player_guid, ended_at, match_id)
SETTINGS index_granularity = 256
COMMENT 'player x match: skill rating before and after';

CREATE TABLE rated_matches
(
    game LowCardinality(String) COMMENT 'which game: mohaa, pubg, pss',
    run UInt32 COMMENT 'run of the rating',
    match_id UUID COMMENT 'the match',
    ended_at DateTime64(3, 'UTC') COMMENT 'its end, by which matches are ordered',
    events UInt64 COMMENT 'match_summaries.events when it was rated: more mean that it may have changed',
    inputs String COMMENT 'digest of everything the rating of the match rests on',
    players UInt16 COMMENT 'how many were rated; 0 = there were no two sides',
    rated_at DateTime64(3, 'UTC') COMMENT 'when it was rated'
)
ENGINE = ReplacingMergeTree(rated_at)
PARTITION BY run
ORDER BY (game, run, match_id)
COMMENT 'which matches a run has rated';

CREATE TABLE rating_runs
(
    game LowCardinality(String) COMMENT 'which game: mohaa, pubg, pss',
    run UInt32 COMMENT 'number of the run; the largest is the current one',
    reason String COMMENT 'why it was made: first, late events, rebuild',
    match_id UUID COMMENT 'first match that changed; zeros = the very first',
    from_time DateTime64(3, 'UTC') COMMENT 'end of that match; 1970 = the very first',
    matches UInt64 COMMENT 'matches it had rated when it became the current one',
    finished_at DateTime64(3, 'UTC') COMMENT 'when it became the current one'
)
ENGINE = ReplacingMergeTree(finished_at)
ORDER BY (game, run)
COMMENT 'runs of the skill rating: each replay with its reason';

CREATE TABLE rating_marks
(
    game LowCardinality(String) COMMENT 'which game: mohaa, pubg, pss',
    run UInt32 COMMENT 'the run that does not know it',
    match_id UUID COMMENT 'the match',
    ended_at DateTime64(3, 'UTC') COMMENT 'its end: ratings are stale from there on',
    reason String COMMENT 'late match: it came when later ones were rated; late events: it changed after it was rated',
    found_at DateTime64(3, 'UTC') COMMENT 'when that was found'
)
ENGINE = ReplacingMergeTree(found_at)
PARTITION BY run
ORDER BY (game, run, match_id)
COMMENT 'what a run of the skill rating missed, until a replay';
