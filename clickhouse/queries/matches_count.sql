-- Question: how many matches would the list with these filters hold?
-- Parameters: game; from_time, to_time (excluded: when it began); server_id, map_name, gametype, player_guid (empty = any)
-- Reads: match_summaries
SELECT count() AS matches
FROM
(
    SELECT match_id
    FROM match_summaries
    WHERE game = {game:String}
    GROUP BY match_id
    HAVING max(notEmpty(players))
        AND min(first_event) >= {from_time:DateTime('UTC')} AND min(first_event) < {to_time:DateTime('UTC')}
        /* if server_id */ AND max(server_id) = {server_id:String}
        /* if map_name */ AND max(map_name) = {map_name:String}
        /* if gametype */ AND max(gametype) = {gametype:String}
        /* if player_guid */ AND max(has(players, {player_guid:String}))
)
