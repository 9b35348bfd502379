-- Question: the kills and deaths of every player of these matches, each with its circumstances, numbered in their order?
-- Columns are those of player_duels.
-- Parameters: game; server_ids; match_ids (of these servers); from_time, to_time (their first and last event)
-- Reads: raw_events
WITH seen AS
(
    SELECT *, count() OVER (PARTITION BY match_id) AS raw_count
    FROM
    (
        SELECT match_id, event_time, server_id, map_name, gametype, player_guid, player_stance, player_is_bot, player_x, player_y, player_z,
            target_guid, target_stance, target_is_bot, target_x, target_y, target_z, kill_kind, weapon, hitloc, mod, distance_units
        FROM raw_events
        WHERE game = {game:String} AND server_id IN {server_ids:Array(String)} AND match_id IN {match_ids:Array(UUID)}
            AND event_time >= {from_time:DateTime64(3, 'UTC')} AND event_time <= {to_time:DateTime64(3, 'UTC')}
    )
)
SELECT
    {game:String} AS game,
    if(is_death, target_guid, seen.player_guid) AS player_guid,
    match_id,
    row_number() OVER (PARTITION BY match_id, player_guid
        ORDER BY event_time, is_death, opponent_guid, weapon, hitloc, mod, distance_units, stance, x, y, z) AS number,
    raw_count AS version,
    event_time AS at,
    is_death,
    kill_kind,
    if(is_death, seen.player_guid, target_guid) AS opponent_guid,
    if(is_death, player_is_bot, target_is_bot) AS opponent_is_bot,
    server_id,
    map_name,
    gametype,
    weapon,
    hitloc,
    mod,
    if(is_death, target_stance, player_stance) AS stance,
    distance_units,
    if(is_death, target_x, player_x) AS x,
    if(is_death, target_y, player_y) AS y,
    if(is_death, target_z, player_z) AS z
FROM seen
ARRAY JOIN multiIf(
    kill_kind = '', CAST([], 'Array(Bool)'),
    target_guid = '', if(seen.player_guid = '', CAST([], 'Array(Bool)'), [false]),
    seen.player_guid = '' OR kill_kind IN ('suicide', 'world'), [true],
    [false, true]) AS is_death
