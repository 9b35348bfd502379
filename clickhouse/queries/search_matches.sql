-- Question: which matches have an id, their server's or ours, that begins so, or were played on one of these maps or servers? Ids first, then the newest.
-- Parameters: game; id_start (lower case; empty = no id is asked for); uuid_start (the same where it can be ours, else empty); map_names; server_ids; rows_max
-- Reads: match_summaries
WITH found AS
(
    SELECT match_id, max(is_named) AS named, max(last_event) AS last_event_at
    FROM
    (
        SELECT
            match_id,
            last_event,
            ({id_start:String} != '' AND startsWith(lower(match_wire_id), {id_start:String}))
                OR ({uuid_start:String} != '' AND startsWith(toString(match_id), {uuid_start:String})) AS is_named,
            has({map_names:Array(String)}, map_name) OR has({server_ids:Array(String)}, server_id) AS is_there
        FROM match_summaries
        WHERE game = {game:String}
    )
    WHERE is_named OR is_there
    GROUP BY match_id
    ORDER BY named DESC, last_event_at DESC, match_id
    LIMIT {rows_max:UInt32}
)
SELECT
    toString(match_id) AS match,
    max(match_wire_id) AS wire_id,
    max(map_name) AS map,
    max(server_id) AS server,
    max(last_event) AS last_event_at,
    match_id IN (SELECT match_id FROM found WHERE named) AS named
FROM match_summaries
WHERE game = {game:String} AND match_id IN (SELECT match_id FROM found)
GROUP BY match_id
ORDER BY named DESC, last_event_at DESC, match_id
