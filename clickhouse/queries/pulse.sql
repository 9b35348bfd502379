-- Question: how much was played everywhere since an hour?
-- Parameters: game; since (a whole hour)
-- Reads: server_hours
SELECT
    sum(kills) AS kills,
    sum(deaths) AS deaths,
    sum(shots_fired) AS shots_fired,
    sum(shots_hit) AS shots_hit,
    uniqExactMerge(players) AS unique_players,
    uniqExactMerge(matches) AS total_matches
FROM server_hours
WHERE game = {game:String} AND hour >= {since:DateTime('UTC')}
