-- Question: whom did these players kill most, and who killed them most, of all time?
-- Parameters: game; guids (one person's, at most 100); other (guid of one opponent; empty = all); rows_max
-- Reads: player_opponents
SELECT
    opponent_guid,
    sum(kills) AS killed,
    sum(deaths) AS killed_by,
    sum(bot_kills) AS bots_killed,
    sum(bot_deaths) AS killed_by_bot,
    sum(team_kills) AS team_killed,
    sum(team_deaths) AS team_killed_by,
    max(opponent_is_bot) AS bot,
    max(last_met) AS met_at
FROM player_opponents
WHERE game = {game:String} AND player_guid IN {guids:Array(String)}
    /* if other */ AND opponent_guid = {other:String}
GROUP BY opponent_guid
ORDER BY killed + killed_by + bots_killed DESC, killed DESC, opponent_guid
LIMIT {rows_max:UInt32}
