-- Question: how many matches were played, on how many servers? A match nobody was seen in is none.
-- Parameters: game
-- Reads: match_summaries
SELECT
    uniqExactIf(match_id, notEmpty(players)) AS matches,
    uniqExactIf(server_id, server_id != '') AS servers
FROM match_summaries
WHERE game = {game:String}
