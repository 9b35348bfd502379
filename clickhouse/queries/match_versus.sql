-- Question: how often did each player of a match kill each other one?
-- Parameters: game; match_id; server_id; from_time, to_time (whole seconds around it, the second excluded); rows_max
-- Reads: raw_events
SELECT
    player_guid,
    target_guid,
    countIf(kill_kind = 'kill') AS kills,
    countIf(kill_kind = 'bot') AS bot_kills,
    countIf(kill_kind = 'team_kill') AS team_kills
FROM raw_events
WHERE game = {game:String} AND server_id = {server_id:String}
    AND event_time >= {from_time:DateTime64(3, 'UTC')} AND event_time < {to_time:DateTime64(3, 'UTC')}
    AND match_id = {match_id:UUID} AND kill_kind IN ('kill', 'bot', 'team_kill')
    AND player_guid != '' AND target_guid != ''
GROUP BY player_guid, target_guid
ORDER BY kills + bot_kills DESC, player_guid, target_guid
LIMIT {rows_max:UInt32}
