-- Question: what did these players count in a scope?
-- Parameters: those of shared/player_stats.sql, guids at most 100
-- Reads: player_days, match_players
/* include shared/player_stats.sql */
