-- Question: what happened in a match with each weapon, by type of event: how often, for how much damage, and each of the events that its report shows?
-- One look at a match's events for everything its report tells of them: shots are counted, what is shown comes one by one.
-- The sort key of raw events is server and time: both are known from the match's summary, so little is read.
-- Parameters: game; match_id; server_id; from_time, to_time (whole seconds around it, the second excluded); event_types (those shown; every
--   death is, too); rows_max (weapons and types; of each the first 20,000 events are told)
-- Reads: raw_events
SELECT
    weapon,
    event_type,
    countIf(player_guid != '') AS number,
    sumIf(damage, event_type = 'damage' AND player_guid != '' AND player_guid != target_guid) AS damage_dealt,
    groupArraySortedIf(20000)(
        (event_time, player_guid, target_guid, hitloc, kill_kind, player_name, target_name, distance_units, round_number,
            subject, attributes['winning_team'], attributes['capturing_team']),
        kill_kind != '' OR event_type IN {event_types:Array(String)}) AS events
FROM raw_events
WHERE game = {game:String} AND server_id = {server_id:String}
    AND event_time >= {from_time:DateTime64(3, 'UTC')} AND event_time < {to_time:DateTime64(3, 'UTC')}
    AND match_id = {match_id:UUID}
    AND (kill_kind != '' OR event_type IN {event_types:Array(String)} OR weapon != '' AND event_type IN ('damage', 'weapon_fire', 'weapon_hit'))
GROUP BY weapon, event_type
ORDER BY weapon, event_type
LIMIT {rows_max:UInt32}
