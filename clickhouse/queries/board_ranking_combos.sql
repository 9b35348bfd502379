-- Question: which players lead by a figure made of whole matches (run_gun, clutch, consistency) in a scope?
-- Parameters: those of shared/match_stats.sql and shared/ranking.sql; stat (one of the three), sample (a column of
--   shared/match_stats.sql)
-- Reads: match_players, match_summaries
WITH stats AS
(
    SELECT player_guid, toFloat64({stat:Identifier}) AS value, toFloat64({sample:Identifier}) AS sample
    FROM
    (
        SELECT
            *,
            distance / playtime AS run_gun,
            team_wins / matches_played AS clutch,
            -- The smaller the better: the ranking puts the largest first.
            -kd_deviation AS consistency
        FROM
        (
            /* include shared/match_stats.sql */
        )
    )
    WHERE isFinite(value)
)
/* include shared/ranking.sql */
