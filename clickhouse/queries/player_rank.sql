-- Question: how many people have more kills than this player, and how many have any? Bots do not count.
-- Equal kills: the smaller guid comes first, as in the leaderboard. This looks at every player.
-- Parameters: game; guid
-- Reads: player_days
WITH own AS
(
    SELECT sum(kills) AS own_kills FROM player_days WHERE game = {game:String} AND player_guid = {guid:String}
)
SELECT
    countIf(their_kills > (SELECT own_kills FROM own) OR (their_kills = (SELECT own_kills FROM own) AND player_guid < {guid:String})) AS before,
    countIf(player_guid = {guid:String}) AS is_ranked,
    count() AS ranked
FROM
(
    SELECT player_guid, sum(kills) AS their_kills
    FROM player_days
    WHERE game = {game:String}
    GROUP BY player_guid
    HAVING their_kills > 0 AND NOT max(is_bot)
)
