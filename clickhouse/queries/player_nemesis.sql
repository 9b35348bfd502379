-- Question: who killed these players most, whom did they kill most, and how many did they kill at the pelvis, of all time?
-- Of equal opponents the one with the larger guid. One statement, since a second one of its own costs three times what it adds here.
-- Parameters: game; guids (one person's, at most 100)
-- Reads: player_opponents, player_hitlocs
SELECT
    argMax(opponent_guid, (killed_by, opponent_guid)) AS nemesis,
    max(killed_by) AS nemesis_kills,
    argMax(opponent_guid, (killed, opponent_guid)) AS victim,
    max(killed) AS victim_kills,
    (
        SELECT sum(kills) FROM player_hitlocs
        WHERE game = {game:String} AND player_guid IN {guids:Array(String)} AND hitloc = 'pelvis'
    ) AS nutshots
FROM
(
    SELECT opponent_guid, sum(kills) AS killed, sum(deaths) AS killed_by
    FROM player_opponents
    WHERE game = {game:String} AND player_guid IN {guids:Array(String)}
    GROUP BY opponent_guid
)
