-- Question: who has most kills in this match, and how many had the best player of any other match?
-- Parameters: game; match_id
-- Reads: match_players
SELECT
    argMaxIf(player, kills, is_it) AS guid,
    argMaxIf(player_name, kills, is_it) AS name,
    maxIf(kills, is_it) AS value,
    maxIf(kills, NOT is_it) AS before
FROM
(
    SELECT
        player_guid AS player,
        argMaxMerge(name) AS player_name,
        match_id = {match_id:UUID} AS is_it,
        sum(match_players.kills) AS kills
    FROM match_players
    WHERE game = {game:String}
    GROUP BY player_guid, match_id
    HAVING NOT max(is_bot)
)
