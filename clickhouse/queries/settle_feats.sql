-- Question: what did each player of these matches achieve, as records tell it?
-- Columns are those of match_feats. Within a millisecond kills come before deaths, as in settle_sequences.sql.
-- Parameters: game; server_ids; match_ids (of these servers); from_time, to_time (their first and last event)
-- Reads: raw_events
WITH
seen AS
(
    SELECT
        match_id, event_type AS type, event_time, toUnixTimestamp64Milli(event_time) AS at, server_id, map_name, gametype,
        player_guid, player_name, player_is_bot, target_guid, target_name, target_is_bot, kill_kind, hitloc, weapon, damage,
        distance_units
    FROM raw_events
    WHERE game = {game:String} AND server_id IN {server_ids:Array(String)} AND match_id IN {match_ids:Array(UUID)}
        AND event_time >= {from_time:DateTime64(3, 'UTC')} AND event_time <= {to_time:DateTime64(3, 'UTC')}
),
matches AS
(
    SELECT match_id, count() AS events, max(server_id) AS server, max(map_name) AS map, max(gametype) AS match_gametype,
        min(event_time) AS began
    FROM seen
    GROUP BY match_id
),
-- Each event from its actor's side and, when it hurt or killed, from its victim's.
sides AS
(
    SELECT
        *,
        is_target,
        if(is_target, target_guid, player_guid) AS guid,
        if(is_target, target_name, player_name) AS name,
        if(is_target, target_is_bot, player_is_bot) AS bot,
        NOT is_target AND kill_kind = 'kill' AS killed,
        is_target AND kill_kind != '' AS died
    FROM seen
    ARRAY JOIN multiIf(
        target_guid = '' OR (kill_kind = '' AND type != 'damage'), if(player_guid = '', CAST([], 'Array(Bool)'), [false]),
        player_guid = '', [true],
        [false, true]) AS is_target
),
feats AS
(
    SELECT
        match_id,
        guid,
        argMaxIf(name, (at, name), name != '') AS last_name,
        max(bot) AS is_bot,
        countIf(killed) AS kills,
        countIf(died) AS deaths,
        countIf(killed AND hitloc IN ('head', 'helmet')) AS headshots,
        countIf(NOT is_target AND type = 'weapon_fire') AS shots_fired,
        countIf(NOT is_target AND type = 'weapon_hit') AS shots_hit,
        sumIf(damage, NOT is_target AND type = 'damage' AND target_guid != player_guid) AS damage_dealt,
        arrayMap(deed -> deed.2, arraySort(groupArrayIf((at, is_target), killed OR died))) AS deaths_between,
        arrayMap(run -> countEqual(run, false),
            arraySplit((deed, before) -> before, deaths_between, arrayPopBack(arrayPushFront(deaths_between, false)))) AS streaks,
        arraySort(groupArrayIf(at, killed)) AS kill_times,
        arrayMap(chain -> length(chain), arraySplit((one, gap) -> gap > 4000, kill_times, arrayDifference(kill_times))) AS chains,
        argMaxIf((distance_units, event_time, weapon, target_guid, target_name), (distance_units, -at, target_guid, weapon), killed) AS longest
    FROM sides
    GROUP BY match_id, guid
)
SELECT
    {game:String} AS game,
    toDate(matches.began) AS began_on,
    feats.match_id AS match_id,
    feats.guid AS player_guid,
    matches.events AS version,
    matches.began AS began_at,
    matches.server AS server_id,
    matches.map AS map_name,
    matches.match_gametype AS gametype,
    feats.last_name AS player_name,
    feats.is_bot AS is_bot,
    kills,
    deaths,
    headshots,
    shots_fired,
    shots_hit,
    damage_dealt,
    arrayMax(streaks) AS best_streak,
    arrayMax(chains) AS best_multi_kill,
    longest.1 AS longest_kill,
    longest.2 AS longest_kill_at,
    longest.3 AS longest_kill_weapon,
    longest.4 AS longest_kill_target_guid,
    longest.5 AS longest_kill_target_name
FROM feats
INNER JOIN matches ON matches.match_id = feats.match_id
