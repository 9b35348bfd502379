-- Question: which players lead by something matches decide in a scope: a page of them, or those around one of them?
-- Parameters: those of shared/match_stats.sql and shared/ranking.sql; stat, sample (columns of shared/match_stats.sql)
-- Reads: match_players, match_summaries
WITH stats AS
(
    SELECT player_guid, toFloat64({stat:Identifier}) AS value, toFloat64({sample:Identifier}) AS sample
    FROM
    (
        /* include shared/match_stats.sql */
    )
    WHERE value > 0
)
/* include shared/ranking.sql */
