-- Question: what happened in these matches that a live board shows? In the order in which it happened.
-- Parameters: server_ids, match_ids, event_types, oldest (events before it are left out), limit_rows (the newest so many)
-- Reads: raw_events
SELECT
    game,
    event_type,
    toUnixTimestamp64Milli(event_time) AS event_time,
    toUnixTimestamp64Milli(received_at) AS received_at,
    server_id,
    match_id,
    match_wire_id,
    batch_id,
    batch_row,
    map_name,
    gametype,
    round_number,
    player_guid,
    player_name,
    player_team,
    player_is_bot,
    target_guid,
    target_name,
    target_team,
    target_is_bot,
    weapon,
    hitloc,
    mod,
    kill_kind,
    amount,
    attributes
FROM raw_events
WHERE server_id IN {server_ids:Array(String)}
    AND raw_events.event_time >= {oldest:DateTime64(3, 'UTC')}
    AND match_id IN {match_ids:Array(UUID)}
    AND event_type IN {event_types:Array(String)}
ORDER BY raw_events.event_time DESC, batch_id DESC, batch_row DESC
LIMIT {limit_rows:UInt32}
