-- Question: what was done with each weapon in a match?
-- Parameters: game; match_id; server_id; from_time, to_time (whole seconds around it, the second excluded); rows_max
-- Reads: raw_events
SELECT
    weapon,
    countIf(kill_kind = 'kill') AS kills,
    countIf(kill_kind = 'kill' AND hitloc IN ('head', 'helmet')) AS headshots,
    countIf(event_type = 'weapon_fire') AS shots_fired,
    countIf(event_type = 'weapon_hit') AS shots_hit,
    sumIf(damage, event_type = 'damage' AND player_guid != target_guid) AS damage_dealt
FROM raw_events
WHERE game = {game:String} AND server_id = {server_id:String}
    AND event_time >= {from_time:DateTime64(3, 'UTC')} AND event_time < {to_time:DateTime64(3, 'UTC')}
    AND match_id = {match_id:UUID} AND weapon != '' AND player_guid != ''
    AND event_type IN ('player_kill', 'bot_killed', 'damage', 'weapon_fire', 'weapon_hit')
GROUP BY weapon
ORDER BY kills DESC, shots_fired DESC, weapon
LIMIT {rows_max:UInt32}
