-- Question: how much was played in all, and by how many?
-- Parameters: game; active_since (time from which a player counts as active)
-- Reads: player_days
SELECT
    sum(kills) AS kills,
    sum(bot_kills) AS bot_kills,
    sum(deaths) AS deaths,
    sum(headshots) AS headshots,
    sum(shots_fired) AS shots_fired,
    sum(shots_hit) AS shots_hit,
    uniqExact(player_guid) AS players,
    uniqExactIf(player_guid, last_seen >= {active_since:DateTime64(3, 'UTC')}) AS active_players
FROM player_days
WHERE game = {game:String}
