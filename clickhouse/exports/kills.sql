-- Question: every death of the time, one row each, with who, by whom, how and where?
-- Parameters: game; from_time; to_time
-- Reads: raw_events
SELECT
    event_time,
    toString(match_id) AS match,
    server_id,
    map_name,
    gametype,
    round_number,
    kill_kind,
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
    distance_units * 0.0254 AS distance_m,
    player_x, player_y, player_z,
    target_x, target_y, target_z
FROM raw_events
WHERE game = {game:String} AND kill_kind != '' AND event_time >= {from_time:DateTime64(3, 'UTC')} AND event_time < {to_time:DateTime64(3, 'UTC')}
ORDER BY server_id, event_time
