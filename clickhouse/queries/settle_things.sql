-- Question: what did every player of these matches use, pick up, enter, say and fall from, and how often?
-- Columns are those of player_things. A fall's damage: as the victim of damage with mod falling, or as land says it, whichever is more.
-- Parameters: game; server_ids; match_ids (of these servers); from_time, to_time (their first and last event)
-- Reads: raw_events
WITH
seen AS
(
    SELECT match_id, event_type AS type, event_time, server_id, map_name, gametype, player_guid, target_guid, weapon, mod, damage, subject, amount,
        attributes['team_only'] AS team_only, attributes['fall_damage'] AS fall_damage, attributes['objective_type'] AS objective_type
    FROM raw_events
    WHERE game = {game:String} AND server_id IN {server_ids:Array(String)} AND match_id IN {match_ids:Array(UUID)}
        AND event_time >= {from_time:DateTime64(3, 'UTC')} AND event_time <= {to_time:DateTime64(3, 'UTC')}
),
matches AS
(
    SELECT match_id, count() AS raw_count, min(event_time) AS began, max(seen.server_id) AS server, max(seen.map_name) AS map, max(seen.gametype) AS match_gametype
    FROM seen
    GROUP BY match_id
),
things AS
(
    SELECT
        match_id,
        if(type = 'damage' AND mod = 'falling', target_guid, seen.player_guid) AS guid,
        multiIf(
            type = 'damage' AND mod = 'falling', 'fall',
            type IN ('weapon_fire', 'weapon_hit', 'damage'), 'weapon',
            type = 'item_pickup', 'item',
            type = 'item_drop', 'item_drop',
            type = 'vehicle_enter', 'vehicle',
            type = 'turret_enter', 'turret',
            type IN ('objective_capture', 'objective_update'), 'objective',
            type = 'chat', 'chat',
            type = 'land', 'fall',
            type = 'ladder_dismount', 'ladder',
            '') AS what,
        multiIf(
            what = 'weapon', toString(weapon),
            what = 'objective', multiIf(objective_type != '', objective_type, subject != '', toString(subject), toString(type)),
            what = 'chat', if(team_only = 'true', 'team', 'all'),
            what = 'fall', if(type = 'land', 'land', 'damage'),
            what = 'ladder', 'ladder',
            subject != '', toString(subject),
            'unknown') AS which,
        multiIf(what = 'weapon', type = 'weapon_fire', 1) AS used,
        type = 'weapon_hit' AS hit,
        multiIf(
            type = 'damage' AND what = 'weapon', if(seen.player_guid = target_guid, 0., damage),
            what = 'weapon', 0.,
            type = 'damage', damage,
            type = 'land', toFloat64OrZero(fall_damage),
            amount) AS much
    FROM seen
    WHERE what != '' AND guid != '' AND which != ''
)
SELECT
    {game:String} AS game,
    guid AS player_guid,
    things.match_id AS match_id,
    what AS kind,
    which AS thing,
    any(raw_count) AS version,
    any(began) AS began_at,
    any(server) AS server_id,
    any(map) AS map_name,
    any(match_gametype) AS gametype,
    sum(used) AS uses,
    sum(hit) AS hits,
    sum(much) AS amount
FROM things
INNER JOIN matches ON matches.match_id = things.match_id
GROUP BY match_id, guid, what, which
