-- Raw events once for each player they say something of: who acts (`is_target` false), and who died (true).
FROM raw_events
ARRAY JOIN multiIf(
    target_guid = '' OR kill_kind = '', if(raw_events.player_guid = '', CAST([], 'Array(Bool)'), [false]),
    raw_events.player_guid = '', [true],
    [false, true]) AS is_target
