-- Question: one figure by map, player, server or match, most first?
-- Parameters: game; dimension (map_name, player_guid, server_id or match_id), metric (kills, deaths, headshots, accuracy, kdr
--   or events), both checked in query/breakdown.py; from_time, to_time; guid, map_name, server_id (empty: any);
--   with_bots (0 or 1); rows_max
-- Reads: match_players
SELECT label, value
FROM
(
    SELECT label, toFloat64({metric:Identifier}) AS value
    FROM
    (
        SELECT
            toString({dimension:Identifier}) AS label,
            sum(kills) AS kills,
            sum(deaths) AS deaths,
            sum(headshots) AS headshots,
            sum(events) AS events,
            sum(shots_hit) / greatest(sum(shots_fired), 1) * 100 AS accuracy,
            kills / greatest(deaths, 1) AS kdr
        FROM match_players
        WHERE game = {game:String}
            AND hour >= {from_time:DateTime64(3, 'UTC')} AND hour < {to_time:DateTime64(3, 'UTC')}
            /* if guid */ AND player_guid = {guid:String}
            /* if map_name */ AND map_name = {map_name:String}
            /* if server_id */ AND server_id = {server_id:String}
            AND ({with_bots:UInt8} OR NOT is_bot)
        GROUP BY label
    )
)
WHERE value > 0 AND label != ''
ORDER BY value DESC, label
LIMIT {rows_max:UInt32}
