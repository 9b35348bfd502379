-- Question: every death of a match in order: who, whom, with what, from where to where?
-- Parameters: game; match_id; server_id; from_time, to_time (whole seconds around it, the second excluded); rows_max
-- Reads: raw_events
SELECT
    event_time,
    kill_kind,
    player_guid,
    player_name,
    player_x,
    player_y,
    player_z,
    target_guid,
    target_name,
    target_x,
    target_y,
    target_z,
    weapon,
    distance_units
FROM raw_events
WHERE game = {game:String} AND server_id = {server_id:String}
    AND event_time >= {from_time:DateTime64(3, 'UTC')} AND event_time < {to_time:DateTime64(3, 'UTC')}
    AND match_id = {match_id:UUID} AND kill_kind != ''
ORDER BY event_time, player_guid, target_guid, weapon, hitloc
LIMIT {rows_max:UInt32}
