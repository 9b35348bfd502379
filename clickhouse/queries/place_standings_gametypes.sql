-- Question: who leads in each game type, of all time? Columns are those of place_standings.
-- Parameters: those of shared/place_standing.sql; places_max (so many game types, those with most kills)
-- Reads: match_players, gametype_days
WITH fights AS
(
    SELECT
        gametype AS place,
        player_guid,
        /* include shared/fight_sums.sql */
    FROM match_players
    WHERE game = {game:String}
        AND gametype IN
        (
            SELECT gametype FROM gametype_days WHERE game = {game:String} AND gametype != ''
            GROUP BY gametype ORDER BY sum(gametype_days.kills) DESC, gametype LIMIT {places_max:UInt32}
        )
    GROUP BY place, player_guid
    HAVING NOT max(is_bot)
)
/* include shared/place_standing.sql */
