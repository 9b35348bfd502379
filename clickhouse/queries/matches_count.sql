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
        AND ({server_id:String} = '' OR max(server_id) = {server_id:String})
        AND ({map_name:String} = '' OR max(map_name) = {map_name:String})
        AND ({gametype:String} = '' OR max(gametype) = {gametype:String})
        AND ({player_guid:String} = '' OR max(has(players, {player_guid:String})))
)
