-- Question: what did matches decide about these players in a scope?
-- Parameters: those of shared/match_stats.sql, guids at most 100
-- Reads: match_players, match_summaries
/* include shared/match_stats.sql */
