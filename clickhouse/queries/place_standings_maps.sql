-- Question: who leads on each map, of all time? Columns are those of place_standings.
-- Parameters: those of shared/place_standing.sql; places_max (so many maps, those with most kills)
-- Reads: match_players, map_days
WITH fights AS
(
    SELECT
        map_name AS place,
        player_guid,
        /* include shared/fight_sums.sql */
    FROM match_players
    WHERE game = {game:String}
        AND map_name IN
        (
            SELECT map_name FROM map_days WHERE game = {game:String} AND map_name != ''
            GROUP BY map_name ORDER BY sum(map_days.kills) DESC, map_name LIMIT {places_max:UInt32}
        )
    GROUP BY place, player_guid
    HAVING NOT max(is_bot)
)
/* include shared/place_standing.sql */
