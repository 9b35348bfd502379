-- What every player did with a weapon in a scope (query/scope.py), by the names of query/ranked_stats.py.
-- Parameters: source (days: weapon_player_days, for whole days everywhere; hours: raw_events); those of shared/fought_days.sql and
--   shared/fought_hours.sql; with_bots (0 or 1)
SELECT
    *,
    kills + bot_kills AS total_kills,
    kills + deaths AS encounters,
    kills / greatest(deaths, 1) AS kd_ratio,
    if(shots_fired = 0, 0, shots_hit / shots_fired * 100) AS accuracy,
    damage_dealt AS damage,
    team_kills AS teamkills
FROM
(
    SELECT
        player_guid,
        /* include shared/fight_sums.sql */
    FROM
    (
        /* include shared/fought_{source}.sql */
    )
    GROUP BY player_guid
    HAVING {with_bots:UInt8} OR NOT max(is_bot)
)
