-- How a player fought, summed: the columns that every table of players and of their weapons has.
-- Parameters: none
sum(kills) AS kills,
sum(bot_kills) AS bot_kills,
sum(deaths) AS deaths,
sum(headshots) AS headshots,
sum(shots_fired) AS shots_fired,
sum(shots_hit) AS shots_hit,
sum(damage_dealt) AS damage_dealt,
sum(team_kills) AS team_kills,
sum(suicides) AS suicides
