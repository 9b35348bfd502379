-- Question: whom did a player kill most, and who killed him most?
-- `kill_place`, `death_place`: the opponent's place in either order, from 1.
-- Parameters: game; guid; places (how many of each order)
-- Reads: player_opponents
SELECT opponent_guid, killed, killed_by, is_bot, met_last, kill_place, death_place
FROM
(
    SELECT
        opponent_guid,
        sum(kills) AS killed,
        sum(deaths) AS killed_by,
        max(opponent_is_bot) AS is_bot,
        max(last_met) AS met_last,
        row_number() OVER (ORDER BY killed DESC, opponent_guid) AS kill_place,
        row_number() OVER (ORDER BY killed_by DESC, opponent_guid) AS death_place
    FROM player_opponents
    WHERE game = {game:String} AND player_guid = {guid:String}
    GROUP BY opponent_guid
    HAVING killed + killed_by > 0
)
WHERE kill_place <= {places:UInt32} OR death_place <= {places:UInt32}
ORDER BY kill_place
