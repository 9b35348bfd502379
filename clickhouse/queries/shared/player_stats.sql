-- Every counted stat of every player in a scope (query/scope.py), by the names of query/ranked_stats.py; `encounters` are
-- kills and deaths together. Only the columns that are asked for are read.
-- Parameters: source (days: player_days, for whole days everywhere; hours: match_players); game; from_day, to_day;
--   from_time, to_time; server_id, map_name, gametype (empty: any); hours, weekdays (empty: any); with_bots (0 or 1);
--   guids (empty: everybody); named (1: with the name under which they were last seen there)
SELECT
    *,
    kills + bot_kills AS total_kills,
    kills + deaths AS encounters,
    kills / greatest(deaths, 1) AS kd_ratio,
    if(shots_fired = 0, 0, shots_hit / shots_fired * 100) AS accuracy,
    if(kills = 0, 0, headshots / kills * 100) AS headshot_ratio,
    damage_dealt AS damage,
    team_kills AS teamkills,
    -- Some producers send a kill with its means, some an event of its own, some both for one death.
    greatest(bash_kills_by_mod, bash_events) AS bash_kills,
    greatest(vehicle_kills, roadkill_events) AS roadkills,
    greatest(telefrag_kills, telefrag_events) AS telefrags,
    greatest(crush_kills, crush_events) AS crushed,
    greatest(reloads_begun, reloads_done) AS reloads,
    items_picked AS looter,
    walked + sprinted + swam + driven AS distance,
    crouches AS crouch_time,
    prones AS prone_time
FROM
(
    SELECT
        player_guid,
        /* if named */ argMaxMerge(name) AS player_name,
        /* include shared/fight_sums.sql */,
        sum(bash_kills) AS bash_kills_by_mod,
        sum(bash_events) AS bash_events,
        sum(grenade_kills) AS grenade_kills,
        sum(vehicle_kills) AS vehicle_kills,
        sum(roadkill_events) AS roadkill_events,
        sum(telefrag_kills) AS telefrag_kills,
        sum(telefrag_events) AS telefrag_events,
        sum(crush_kills) AS crush_kills,
        sum(crush_events) AS crush_events,
        sum(reloads_begun) AS reloads_begun,
        sum(reloads_done) AS reloads_done,
        sum(weapon_swaps) AS weapon_swaps,
        sum(no_ammo) AS no_ammo,
        sum(items_picked) AS items_picked,
        sum(items_dropped) AS items_dropped,
        sum(health_picked) AS health_picked,
        sum(ammo_picked) AS ammo_picked,
        sum(armor_picked) AS armor_picked,
        sum(walked) AS walked,
        sum(sprinted) AS sprinted,
        sum(swam) AS swam,
        sum(driven) AS driven,
        sum(jumps) AS jumps,
        sum(crouches) AS crouches,
        sum(prones) AS prones,
        sum(ladders) AS ladders,
        sum(objectives) AS objectives,
        sum(spectates) AS spectates,
        sum(vehicles_entered) AS vehicles_entered,
        sum(vehicle_crashes) AS vehicle_crashes,
        sum(turrets_entered) AS turrets_entered,
        sum(chat_messages) AS chat_messages,
        sum(doors_opened) AS doors_opened
    /* include shared/counted_{source}.sql */
    GROUP BY player_guid
    HAVING {with_bots:UInt8} OR NOT max(is_bot)
)
