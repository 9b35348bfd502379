-- Question: how do all players stand in everything matches decide, of all time? Columns are those of standings.
-- Names are those of query/ranked_stats.py, of query/cards.py for what only cards show, and of the combos of query/special_boards.py
-- with what these need at least.
-- Parameters: those of shared/match_stats.sql and shared/standing.sql
-- Reads: match_players, match_summaries
WITH figures AS
(
    SELECT player_guid, figure.1 AS stat, figure.2 AS value
    FROM
    (
        SELECT
            player_guid,
            [
                ('wins', toFloat64(wins), wins > 0),
                ('team_wins', toFloat64(team_wins), team_wins > 0),
                ('ffa_wins', toFloat64(ffa_wins), ffa_wins > 0),
                ('losses', toFloat64(losses), losses > 0),
                ('rounds', toFloat64(rounds), rounds > 0),
                ('playtime', toFloat64(playtime), playtime > 0),
                ('games', toFloat64(games), games > 0),
                ('pacifist', toFloat64(games), kills = 0 AND games > 0),
                ('run_gun', if(playtime > 0, distance / playtime, 0), kills >= 50 AND playtime > 0),
                ('clutch', team_wins / matches_played, matches_played >= 20),
                ('consistency', if(rated_matches > 0, -kd_deviation, 0), rated_matches >= 10)
            ] AS told
        FROM
        (
            /* include shared/match_stats.sql */
        )
    )
    ARRAY JOIN told AS figure
    WHERE figure.3
)
/* include shared/standing.sql */
