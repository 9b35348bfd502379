-- Question: how many matches did these players play, finish, win and lose, and for how long did they play?
-- A match belongs to the period in which it began. How wins are decided: query/ranked_stats.py.
-- Parameters: game; guids (at most 100); bounded (0: of all time); from_time, to_time (begin of the match);
--   server_id, map_name, gametype (empty = any)
-- Reads: match_players, match_summaries
WITH
played AS
(
    SELECT
        player_guid,
        match_id,
        argMaxMerge(hour_team) AS last_team,
        dateDiff('millisecond', min(first_acted), max(last_acted)) / 1000 AS span_s,
        -- Longer than six hours is no match but a server that never says where one ends: count the hours played in.
        greatest(0, if(span_s > 21600, sum(hour_s), span_s)) AS played_s
    FROM
    (
        SELECT
            player_guid,
            match_id,
            argMaxMergeState(team) AS hour_team,
            min(match_players.first_acted) AS first_acted,
            max(match_players.last_acted) AS last_acted,
            greatest(0, dateDiff('millisecond', first_acted, last_acted)) / 1000 AS hour_s
        FROM match_players
        WHERE game = {game:String} AND player_guid IN {guids:Array(String)}
            /* if server_id */ AND match_players.server_id = {server_id:String}
            /* if map_name */ AND match_players.map_name = {map_name:String}
            /* if gametype */ AND match_players.gametype = {gametype:String}
        GROUP BY player_guid, match_id, hour
    )
    GROUP BY player_guid, match_id
),
matches AS
(
    SELECT
        match_id,
        max(gametype) AS gametype,
        max(ended_at) > toDateTime64(0, 3, 'UTC') AS ended,
        argMaxMerge(winning_team) AS winner,
        max(rounds) AS rounds,
        sumMap(player_kills) AS kills,
        arrayMax(arrayConcat(mapValues(kills), [0])) AS most_kills
    FROM match_summaries
    WHERE game = {game:String} AND match_id IN
    (
        -- Not `played`: it would be planned and aggregated a second time.
        SELECT match_id FROM match_players WHERE game = {game:String} AND player_guid IN {guids:Array(String)}
    )
    GROUP BY match_id
    /* if bounded */ HAVING min(first_event) >= {from_time:DateTime64(3, 'UTC')} AND min(first_event) < {to_time:DateTime64(3, 'UTC')}
)
SELECT
    player_guid,
    count() AS matches_played,
    countIf(ended) AS games,
    countIf(team_win OR ffa_win) AS wins,
    countIf(team_win) AS team_wins,
    countIf(ffa_win) AS ffa_wins,
    countIf((team_decided OR ffa_decided) AND NOT team_win AND NOT ffa_win) AS losses,
    sum(rounds) AS rounds,
    sum(played_s) AS playtime_s
FROM
(
    SELECT
        player_guid,
        ended,
        matches.rounds AS rounds,
        played_s,
        gametype != 'ffa' AND winner IN ('allies', 'axis') AND last_team IN ('allies', 'axis') AS team_decided,
        gametype = 'ffa' AND ended AND most_kills > 0 AS ffa_decided,
        team_decided AND last_team = winner AS team_win,
        ffa_decided AND kills[player_guid] = most_kills AS ffa_win
    FROM played
    INNER JOIN matches ON matches.match_id = played.match_id
)
GROUP BY player_guid
