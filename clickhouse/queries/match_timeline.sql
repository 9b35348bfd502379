-- Question: what happened in a match, in order?
-- The sort key of raw events is server and time: both are known from the match's summary, so little is read.
-- Parameters: game; match_id; server_id; from_time, to_time (whole seconds around it, the second excluded); event_types; rows_max
-- Reads: raw_events
SELECT
    event_time,
    event_type,
    kill_kind,
    player_guid,
    player_name,
    player_team,
    target_guid,
    target_name,
    target_team,
    weapon,
    hitloc,
    distance_units,
    round_number
FROM raw_events
WHERE game = {game:String} AND server_id = {server_id:String}
    AND event_time >= {from_time:DateTime64(3, 'UTC')} AND event_time < {to_time:DateTime64(3, 'UTC')}
    AND match_id = {match_id:UUID}
    AND event_type IN {event_types:Array(String)}
ORDER BY event_time, event_type, player_guid, target_guid, weapon, hitloc
LIMIT {rows_max:UInt32}
