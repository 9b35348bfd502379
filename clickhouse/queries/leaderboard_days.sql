-- Question: which players lead by a counter of the days of a period, from `offset` on, and how many are ranked?
-- Parameters: game; stat (one of query/ranked_stats.py DAY_STATS, checked there); from_day (first), to_day (first one after);
--   with_bots (0 or 1); page_rows; skip_rows
-- Reads: player_days
SELECT player_guid, value, count() OVER () AS total
FROM
(
    SELECT player_guid, toFloat64({stat:Identifier}) AS value
    FROM
    (
        SELECT
            *,
            kills + bot_kills AS total_kills,
            if(deaths = 0, kills, kills / deaths) AS kd_ratio,
            if(shots_fired = 0, 0, shots_hit / shots_fired * 100) AS accuracy,
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
                sum(kills) AS kills,
                sum(bot_kills) AS bot_kills,
                sum(deaths) AS deaths,
                sum(headshots) AS headshots,
                sum(shots_fired) AS shots_fired,
                sum(shots_hit) AS shots_hit,
                sum(damage_dealt) AS damage_dealt,
                sum(team_kills) AS team_kills,
                sum(suicides) AS suicides,
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
                sum(objectives) AS objectives
            FROM player_days
            WHERE game = {game:String} AND day >= {from_day:Date} AND day < {to_day:Date}
            GROUP BY player_guid
            HAVING {with_bots:UInt8} OR NOT max(is_bot)
        )
    )
)
WHERE value > 0
ORDER BY value DESC, player_guid
LIMIT {page_rows:UInt32} OFFSET {skip_rows:UInt64}
