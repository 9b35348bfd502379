-- How long a player played in a match of at most six hours, as a column of shared/match_stats.sql: a third of the planning of
-- shared/played_hours.sql, and no look at every match there ever was.
-- Parameters: none
greatest(0, span_s) AS played_s
