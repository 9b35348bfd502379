-- Question: the three best players of every card that matches decide, in a scope?
-- Parameters: those of shared/match_stats.sql
-- Reads: match_players, match_summaries
-- As cards_counted.sql; the order of the cards is query/cards.py DECIDED.
SELECT groupArraySortedForEach(3)(arrayMap(value -> (-value, player_guid), cards)) AS best
FROM
(
    SELECT
        player_guid,
        arrayMap(value -> round(toFloat64(value), 6), [
            wins, ffa_wins, team_wins, losses, rounds, games, if(kills = 0, games, 0)
        ]) AS cards
    FROM
    (
        /* include shared/match_stats.sql */
    )
)
