-- Question: who leads with each weapon, of all time? Columns are those of place_standings.
-- Parameters: those of shared/place_standing.sql; places_max (so many weapons, those with most kills)
-- Reads: weapon_player_days, team_weapon_days
WITH fights AS
(
    SELECT
        weapon AS place,
        player_guid,
        /* include shared/fight_sums.sql */
    FROM weapon_player_days
    WHERE game = {game:String}
        AND weapon IN
        (
            SELECT weapon FROM team_weapon_days WHERE game = {game:String} AND weapon != ''
            GROUP BY weapon ORDER BY sum(team_weapon_days.kills) DESC, weapon LIMIT {places_max:UInt32}
        )
    GROUP BY place, player_guid
    HAVING NOT max(is_bot)
)
/* include shared/place_standing.sql */
