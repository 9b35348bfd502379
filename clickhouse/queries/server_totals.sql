-- Question: how many servers were ever heard of, and how many shots were fired and hit on all of them?
-- Parameters: game
-- Reads: server_hours
SELECT
    uniqExactIf(server_id, server_id != '') AS servers,
    sum(shots_fired) AS shots_fired,
    sum(shots_hit) AS shots_hit
FROM server_hours
WHERE game = {game:String}
