-- Question: the matches of each map that began in a period: how many, and as far as asked for: how long, how many played, which team won?
-- Those of one map are found first: to add up who played in a match costs more than to find it.
-- Parameters: game; map_name, server_id, gametype (empty = all); bounded (0: of all time); from_time, to_time (excluded: when it began);
--   shows (of `kills`, `course`: how long and how many, `teams`: who won in game types that have two); gametypes (those with two teams)
-- Reads: match_summaries
SELECT
    map,
    /* if shows: kills */ sum(match_kills) AS kills,
    /* if shows: course */ sum(duration_s) AS playtime_s,
    /* if shows: course */ avg(duration_s) AS average_duration_s,
    /* if shows: course */ avg(player_count) AS average_players,
    /* if shows: course */ max(last_event_at) AS last_played_at,
    /* if shows: teams */ countIf(has_teams) AS team_matches,
    /* if shows: teams */ countIf(has_teams AND winner = 'allies') AS allies,
    /* if shows: teams */ countIf(has_teams AND winner = 'axis') AS axis,
    count() AS matches
FROM
(
    SELECT
        max(map_name) AS map,
        /* if shows: kills */ sum(kills) AS match_kills,
        /* if shows: course */ max(last_event) AS last_event_at,
        /* if shows: course */ dateDiff('millisecond', min(first_event), last_event_at) / 1000 AS duration_s,
        /* if shows: course */ uniqExactArray(players) AS player_count,
        /* if shows: teams */ max(match_summaries.gametype) IN {gametypes:Array(String)} AS has_teams,
        /* if shows: teams */ argMaxMerge(winning_team) AS winner,
        max(notEmpty(players)) AS is_played
    FROM match_summaries
    WHERE game = {game:String}
        /* if map_name */ AND match_id IN (SELECT match_id FROM match_summaries WHERE game = {game:String} AND map_name = {map_name:String})
    GROUP BY match_id
    HAVING is_played
        /* if bounded */ AND min(first_event) >= {from_time:DateTime('UTC')} AND min(first_event) < {to_time:DateTime('UTC')}
        /* if map_name */ AND map = {map_name:String}
        /* if server_id */ AND max(match_summaries.server_id) = {server_id:String}
        /* if gametype */ AND max(match_summaries.gametype) = {gametype:String}
)
GROUP BY map
