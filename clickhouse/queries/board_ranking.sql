-- Question: which players lead by a counted stat in a scope: a page of them, or those around one of them?
-- Parameters: those of shared/player_stats.sql and shared/ranking.sql; stat, sample (columns of shared/player_stats.sql)
-- Reads: player_days, match_players
WITH stats AS
(
    SELECT player_guid, toFloat64({stat:Identifier}) AS value, toFloat64({sample:Identifier}) AS sample
    FROM
    (
        /* include shared/player_stats.sql */
    )
    WHERE value > 0
)
/* include shared/ranking.sql */
