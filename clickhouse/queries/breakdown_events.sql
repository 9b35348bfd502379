-- Question: one figure by anything an event carries, most first? Raw events go back only as far as they are kept.
-- Parameters: game; dimension (weapon, map_name, player_guid, server_id, hitloc or match_id), metric (kills, deaths, headshots,
--   accuracy, kdr or events), both checked in query/breakdown.py; from_time, to_time; guid, map_name, server_id, weapon
--   (empty: any); with_bots (0 or 1); rows_max
-- Reads: raw_events
SELECT label, value
FROM
(
    SELECT label, toFloat64({metric:Identifier}) AS value
    FROM
    (
        SELECT
            toString({dimension:Identifier}) AS label,
            countIf(NOT is_target AND kill_kind = 'kill') AS kills,
            countIf(is_target) AS deaths,
            countIf(NOT is_target AND kill_kind = 'kill' AND hitloc IN ('head', 'helmet')) AS headshots,
            countIf(NOT is_target) AS events,
            countIf(NOT is_target AND event_type = 'weapon_hit')
                / greatest(countIf(NOT is_target AND event_type = 'weapon_fire'), 1) * 100 AS accuracy,
            kills / greatest(deaths, 1) AS kdr
        FROM
        (
            SELECT
                event_type, kill_kind, hitloc, weapon, map_name, server_id, match_id, is_target,
                if(is_target, target_guid, raw_events.player_guid) AS player_guid,
                if(is_target, target_is_bot, player_is_bot) AS is_bot
            /* include shared/raw_sides.sql */
            WHERE game = {game:String}
                AND event_time >= {from_time:DateTime64(3, 'UTC')} AND event_time < {to_time:DateTime64(3, 'UTC')}
                /* if map_name */ AND map_name = {map_name:String}
                /* if server_id */ AND server_id = {server_id:String}
                /* if weapon */ AND weapon = {weapon:String}
        )
        WHERE ({with_bots:UInt8} OR NOT is_bot)
            /* if guid */ AND player_guid = {guid:String}
        GROUP BY label
    )
)
WHERE value > 0 AND label != ''
ORDER BY value DESC, label
LIMIT {rows_max:UInt32}
