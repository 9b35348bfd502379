-- Question: what did these players do in the days of a period, in all?
-- Parameters: game; guids (at most 100); bounded (0: of all time); from_day (first), to_day (first one after)
-- Reads: player_days
SELECT
    player_guid,
    argMaxMerge(name) AS player_name,
    max(is_bot) AS is_bot,
    max(smf_id) AS smf_id,
    min(first_seen) AS first_seen,
    max(last_seen) AS last_seen,
    sum(events) AS events,
    sum(kills) AS kills,
    sum(bot_kills) AS bot_kills,
    sum(team_kills) AS team_kills,
    sum(suicides) AS suicides,
    sum(deaths) AS deaths,
    sum(world_deaths) AS world_deaths,
    sum(headshots) AS headshots,
    sum(torso_kills) AS torso_kills,
    sum(limb_kills) AS limb_kills,
    sum(standing_kills) AS standing_kills,
    sum(crouching_kills) AS crouching_kills,
    sum(prone_kills) AS prone_kills,
    greatest(sum(bash_kills), sum(bash_events)) AS all_bash_kills,
    sum(grenade_kills) AS grenade_kills,
    sum(shots_fired) AS shots_fired,
    sum(shots_hit) AS shots_hit,
    sum(damage_dealt) AS damage_dealt,
    sum(damage_taken) AS damage_taken,
    sum(walked) AS walked,
    sum(sprinted) AS sprinted,
    sum(swam) AS swam,
    sum(driven) AS driven,
    sum(jumps) AS jumps
FROM player_days
WHERE game = {game:String} AND player_guid IN {guids:Array(String)}
    /* if bounded */ AND day >= {from_day:Date} AND day < {to_day:Date}
GROUP BY player_guid
