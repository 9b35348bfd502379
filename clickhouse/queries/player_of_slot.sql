-- Question: who was last seen on this client slot: a bare `unauth_3` means `unauth_3@<8 hex>` (spec/openmohaa.md 2.6)?
-- Parameters: game; slot_prefix (`unauth_3@`)
-- Reads: player_days
SELECT player_guid
FROM player_days
WHERE game = {game:String} AND startsWith(player_guid, {slot_prefix:String})
GROUP BY player_guid
ORDER BY max(last_seen) DESC, player_guid
LIMIT 1
