-- Question: what did each player do in a match?
-- The sort key leads by player, so the players are named: one granule is read for each.
-- Parameters: game; match_id; guids (of everybody in it), or is_crowded (they are too many to be named); whole (1: everything, 0: who and what ranks them); from_hour, to_hour (hours of its first and last event); rows_max
-- Reads: match_players, match_summaries
SELECT
    player_guid,
    argMaxMerge(name) AS player_name,
    argMaxMerge(team) AS last_team,
    sum(kills) AS kills,
    /* if whole */ max(is_bot) AS bot,
    /* if whole */ sum(bot_kills) AS bot_kills,
    /* if whole */ sum(headshots) AS headshots,
    /* if whole */ sum(suicides) AS suicides,
    /* if whole */ sum(team_kills) AS team_kills,
    /* if whole */ sum(damage_dealt) AS damage_dealt,
    /* if whole */ sum(damage_taken) AS damage_taken,
    /* if whole */ sum(shots_fired) AS shots_fired,
    /* if whole */ sum(shots_hit) AS shots_hit,
    /* if whole */ min(first_acted) AS acted_from,
    /* if whole */ max(last_acted) AS acted_to,
    sum(deaths) AS deaths
FROM match_players
WHERE game = {game:String}
    /* if guids */ AND player_guid IN {guids:Array(String)}
    /* if is_crowded */ AND player_guid IN (SELECT arrayJoin(players) FROM match_summaries WHERE game = {game:String} AND match_id = {match_id:UUID})
    AND hour >= {from_hour:DateTime('UTC')} AND hour <= {to_hour:DateTime('UTC')}
    AND match_id = {match_id:UUID}
GROUP BY player_guid
ORDER BY kills DESC, deaths, player_guid
LIMIT {rows_max:UInt32}
