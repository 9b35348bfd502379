-- Question: how much was played in all, by how many, in how many matches? Those nobody was seen in are none.
-- Parameters: game
-- Reads: gametype_days
SELECT
    sum(kills) AS kills,
    sum(bot_kills) AS bot_kills,
    sum(deaths) AS deaths,
    sum(headshots) AS headshots,
    uniqExactMerge(players) AS players,
    uniqExactMerge(matches) AS matches
FROM gametype_days
WHERE game = {game:String}
