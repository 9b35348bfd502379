-- How a match ended for these players, as a column: of a match's `kind`, `ended`, `winner` and `match_kills`, and their `last_team`.
--   0 undecided; alone: 1 lost, 2 won; in a team: 3 lost, 4 won (query/results.py: Outcome)
-- One number and not four conditions: whatever rests on a condition is planned together with it, and again for each who asks.
-- Who won alone is told with the figures `alone` only: without them nobody reads the `match_kills`, which cost a third of the statement.
-- Parameters: guids (one person's); figures (alone)
multiIf(
    /* if figures: alone */ kind = 'ffa' AND ended AND arrayMax(mapValues(match_kills)) > 0,
    /* if figures: alone */ 1 + arrayExists(guid -> match_kills[guid] = arrayMax(mapValues(match_kills)), {guids:Array(String)}),
    kind != 'ffa' AND winner IN ('allies', 'axis') AND last_team IN ('allies', 'axis'), 3 + (winner = last_team),
    0) AS outcome
