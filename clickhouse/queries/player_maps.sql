-- Question: what did a player do on each map?
-- Parameters: game; guid; rows_max
-- Reads: match_players, match_summaries
WITH
played AS
(
    SELECT
        map_name,
        match_id,
        argMaxMerge(team) AS last_team,
        max(gametype) AS gametype,
        sum(kills) AS kills,
        sum(bot_kills) AS bot_kills,
        sum(deaths) AS deaths,
        sum(headshots) AS headshots
    FROM match_players
    WHERE game = {game:String} AND player_guid = {guid:String} AND map_name != ''
    GROUP BY map_name, match_id
),
matches AS
(
    SELECT
        match_id,
        max(ended_at) > toDateTime64(0, 3, 'UTC') AS ended,
        argMaxMerge(winning_team) AS winner,
        sumMap(player_kills) AS match_kills,
        arrayMax(arrayConcat(mapValues(match_kills), [0])) AS most_kills
    FROM match_summaries
    WHERE game = {game:String} AND match_id IN (SELECT match_id FROM played)
    GROUP BY match_id
)
SELECT
    map_name,
    sum(kills) AS kills,
    sum(bot_kills) AS bot_kills,
    sum(deaths) AS deaths,
    sum(headshots) AS headshots,
    count() AS matches_played,
    countIf(
        (gametype != 'ffa' AND winner IN ('allies', 'axis') AND last_team = winner)
        OR (gametype = 'ffa' AND ended AND most_kills > 0 AND match_kills[{guid:String}] = most_kills)) AS matches_won
FROM played
INNER JOIN matches ON matches.match_id = played.match_id
GROUP BY map_name
ORDER BY matches_played DESC, map_name
LIMIT {rows_max:UInt32}
