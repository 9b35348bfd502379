-- Question: what did each player of these matches do, as far as it depends on the order of events?
-- Columns are those of match_sequences, where each is explained; docs/statistics.md has the definitions.
-- Order: by time; within a millisecond other deeds before kills, kills before deaths, deaths before spawns. What is equal then
-- is equal for every figure, so that no order of arrival shows.
-- Parameters: game; server_ids; match_ids (of these servers); from_time, to_time (their first and last event)
-- Reads: raw_events
WITH
seen AS
(
    SELECT
        match_id, event_type AS type, toUnixTimestamp64Milli(event_time) AS at, server_id, map_name, gametype,
        player_guid, player_team, player_stance, player_is_bot, target_guid, target_team, target_is_bot,
        kill_kind, mod, damage, distance_units, amount, walked + sprinted AS ran, sprinted,
        walked + sprinted + swam + driven AS moved, attributes['winning_team'] AS winner
    FROM raw_events
    WHERE game = {game:String} AND server_id IN {server_ids:Array(String)} AND match_id IN {match_ids:Array(UUID)}
        AND event_time >= {from_time:DateTime64(3, 'UTC')} AND event_time <= {to_time:DateTime64(3, 'UTC')}
),
matches AS
(
    SELECT
        match_id,
        count() AS version,
        max(seen.server_id) AS server,
        max(seen.map_name) AS map,
        max(seen.gametype) AS match_gametype,
        min(at) AS began,
        max(type = 'damage' AND damage > 0 AND target_guid != '') AS tells_damage,
        arraySort(groupUniqArrayIf(at, type = 'round_start')) AS starts
    FROM seen
    GROUP BY match_id
),
-- Each event from its actor's side and, when it hurt or killed, from its victim's.
stream AS
(
    SELECT
        match_id,
        if(is_target, target_guid, player_guid) AS guid,
        at,
        is_target,
        multiIf(is_target AND kill_kind != '', '+death', is_target, '+hurt', kill_kind = 'kill', '+kill',
            type IN ('player_spawn', 'player_respawn'), '+spawn', toString(type)) AS deed,
        multiIf(deed = '+kill', 1, deed = '+death', 2, deed = '+spawn', 3, 0) AS rank,
        if(is_target, target_team, player_team) AS team,
        if(is_target, target_is_bot, player_is_bot) AS bot,
        multiIf(deed = '+kill', target_guid, deed = '+death' AND kill_kind = 'kill', player_guid, '') AS opponent,
        kill_kind,
        mod,
        damage,
        distance_units,
        amount,
        ran
    FROM seen
    ARRAY JOIN multiIf(
        target_guid = '' OR (kill_kind = '' AND type != 'damage'), if(player_guid = '', CAST([], 'Array(Bool)'), [false]),
        player_guid = '', [true],
        [false, true]) AS is_target
),
steps AS
(
    SELECT
        *,
        countIf(deed = '+death') OVER (PARTITION BY match_id, guid ORDER BY at, rank, deed, ran, opponent
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS life,
        countIf(deed IN ('+death', '+spawn')) OVER (PARTITION BY match_id, guid ORDER BY at, rank, deed, ran, opponent
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS health_life,
        maxIf(at, deed = 'distance') OVER (PARTITION BY match_id, guid ORDER BY at, rank, deed, ran, opponent
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS move_before,
        maxIf(at, deed = 'jump') OVER (PARTITION BY match_id, guid ORDER BY at, rank, deed, ran, opponent
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS jumped,
        maxIf(at, deed = 'land') OVER (PARTITION BY match_id, guid ORDER BY at, rank, deed, ran, opponent
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS landed,
        maxIf(at, deed = 'crouch') OVER (PARTITION BY match_id, guid ORDER BY at, rank, deed, ran, opponent
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS crouched
    FROM stream
),
fights AS
(
    SELECT
        match_id, guid, deed, at, jumped, landed, crouched, distance_units, mod,
        if(deed = 'distance' AND move_before > 0 AND at > move_before AND at - move_before <= 5000,
            ran * 1000 / (at - move_before), 0) AS pace,
        maxIf(at, deed = 'distance') OVER (PARTITION BY match_id, guid ORDER BY at, rank, deed, ran, opponent
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS last_move,
        argMaxIf(pace, (at, ran), deed = 'distance') OVER (PARTITION BY match_id, guid ORDER BY at, rank, deed, ran, opponent
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS last_pace,
        greatest(1., least(100., 100.
            - sumIf(damage, deed = '+hurt') OVER (PARTITION BY match_id, guid, health_life ORDER BY at, rank, deed, ran, opponent
                ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
            + sumIf(amount, deed = 'health_pickup') OVER (PARTITION BY match_id, guid, health_life ORDER BY at, rank, deed, ran, opponent
                ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW))) AS health
    FROM steps
),
kills_made AS
(
    SELECT
        match_id,
        guid,
        sum(if(last_move >= at - 2000, last_pace, 0)) AS kill_speed,
        countIf(jumped > 0 AND at - jumped <= 700 AND landed < jumped) AS air_kills,
        countIf(crouched > 0 AND at - crouched <= 1000) AS slide_kills,
        countIf(distance_units >= 1968.504) AS longshots,
        countIf(mod = 'gib') AS gibs,
        sum(health) AS health_sum,
        countIf(health <= 25) AS low_kills
    FROM fights
    WHERE deed = '+kill'
    GROUP BY match_id, guid
),
lives AS
(
    SELECT
        match_id,
        guid,
        life,
        countIf(deed = '+kill') AS run,
        max(deed = '+death') AS died,
        maxIf(at, deed = '+death') AS died_at,
        maxIf(opponent, deed = '+death') AS killer,
        groupUniqArrayIf(opponent, deed = '+kill') AS victims,
        minIf(at, deed = '+spawn') AS spawned_at,
        minIf(at, NOT is_target) AS acted_at
    FROM steps
    GROUP BY match_id, guid, life
),
lives_linked AS
(
    SELECT
        *,
        lagInFrame(killer, 1, '') OVER (PARTITION BY match_id, guid ORDER BY life ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS killer_before,
        lagInFrame(died_at, 1, toInt64(0)) OVER (PARTITION BY match_id, guid ORDER BY life ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS died_before
    FROM lives
),
runs AS
(
    SELECT
        match_id,
        guid,
        max(run) AS best,
        countIf(run >= 5) AS runs_5,
        countIf(run >= 10) AS runs_10,
        countIf(run >= 15) AS runs_15,
        countIf(run >= 20) AS runs_20,
        countIf(run >= 25) AS runs_25,
        argMax(if(died, 0, run), life) AS open_run,
        countIf(killer_before != '' AND has(victims, killer_before)) AS revenges,
        countIf(died) AS ended_lives,
        argMax(NOT died, life) AS survived,
        sumIf(greatest(0, died_at - multiIf(spawned_at > 0, spawned_at, died_before > 0, died_before, acted_at > 0, acted_at, died_at)), died) AS lived_ms
    FROM lives_linked
    GROUP BY match_id, guid
),
chains AS
(
    SELECT
        match_id,
        guid,
        arraySort(groupArray(at)) AS times,
        arrayMap(chain -> length(chain), arraySplit((one, gap) -> gap > 4000, times, arrayDifference(times))) AS lengths
    FROM stream
    WHERE deed = '+kill'
    GROUP BY match_id, guid
),
first_kills AS
(
    SELECT match_id, arrayCount(start -> start <= at, starts) AS round, argMin(player_guid, (at, player_guid, target_guid)) AS guid
    FROM seen
    INNER JOIN matches ON matches.match_id = seen.match_id
    WHERE kill_kind = 'kill' AND (empty(starts) OR round > 0)
    GROUP BY match_id, round
),
trades AS
(
    SELECT
        own.match_id AS match_id,
        own.avenger AS guid,
        countIf(own.at - theirs.at <= 5000 AND arrayExists(victim -> victim != own.avenger, theirs.victims)) AS traded
    FROM
    (
        SELECT match_id, player_guid AS avenger, player_team AS team, target_guid AS killer, at
        FROM seen
        WHERE kill_kind = 'kill' AND player_team IN ('allies', 'axis') AND gametype NOT IN ('', 'ffa')
    ) AS own
    ASOF LEFT JOIN
    (
        SELECT match_id, player_guid AS killer, target_team AS team, at, groupUniqArray(target_guid) AS victims
        FROM seen
        WHERE kill_kind = 'kill' AND target_team IN ('allies', 'axis')
        GROUP BY match_id, killer, team, at
    ) AS theirs
    ON own.match_id = theirs.match_id AND own.killer = theirs.killer AND own.team = theirs.team AND own.at >= theirs.at
    GROUP BY match_id, guid
),
round_ends AS
(
    SELECT match_id, arrayCount(start -> start <= at, starts) AS round, min(at) AS ended, argMin(winner, (at, winner)) AS round_winner
    FROM seen
    INNER JOIN matches ON matches.match_id = seen.match_id
    WHERE type IN ('round_end', 'team_win') AND winner IN ('allies', 'axis') AND round > 0
    GROUP BY match_id, round
),
members AS
(
    SELECT
        match_id,
        round,
        guid,
        round_winner,
        argMaxIf(side, (at, side), side IN ('allies', 'axis')) AS own_side,
        maxIf(at, deed = '+death') AS last_death,
        maxIf(at, deed = '+spawn') AS last_spawn,
        if(last_death > last_spawn, last_death, toInt64(9000000000000)) AS dead_at
    FROM
    (
        SELECT match_id, guid, deed, at, toString(team) AS side, arrayCount(start -> start <= at, starts) AS round
        FROM stream
        INNER JOIN matches ON matches.match_id = stream.match_id
        WHERE round > 0
    ) AS placed
    INNER JOIN round_ends ON round_ends.match_id = placed.match_id AND round_ends.round = placed.round
    WHERE at <= ended
    GROUP BY match_id, round, guid, round_winner
    HAVING own_side != ''
),
rounds_played AS
(
    SELECT
        match_id,
        guid,
        count() AS played,
        countIf(own_side = round_winner) AS won,
        countIf(own_side != round_winner) AS lost,
        countIf(dead_at = 9000000000000) AS outlived
    FROM members
    GROUP BY match_id, guid
),
last_ones AS
(
    SELECT match_id, last.2 AS guid, count() AS chances, countIf(side = round_winner) AS clutched
    FROM
    (
        SELECT
            match_id,
            round_winner,
            side,
            arraySort(groupArrayIf((dead_at, guid), own_side = side)) AS own,
            groupArrayIf(dead_at, own_side != side) AS others,
            own[-1] AS last,
            own[-2].1 AS alone_since
        FROM members
        ARRAY JOIN ['allies', 'axis'] AS side
        GROUP BY match_id, round, round_winner, side
        HAVING length(own) > 1 AND alone_since < 9000000000000 AND last.1 > alone_since
            AND arrayExists(dead -> dead > alone_since, others)
    )
    GROUP BY match_id, guid
),
held AS
(
    SELECT
        match_id,
        guid,
        sumIf(gap, held_stance = 'stand') AS stand,
        sumIf(gap, held_stance = 'crouch') AS crouch,
        sumIf(gap, held_stance = 'prone') AS prone,
        sumIf(gap, held_team = 'allies') AS in_allies,
        sumIf(gap, held_team = 'axis') AS in_axis,
        sum(sprint_ms) AS sprint
    FROM
    (
        SELECT
            match_id,
            player_guid AS guid,
            multiIf(type = 'crouch', 'crouch', type = 'prone', 'prone',
                type IN ('player_stand', 'jump', 'player_spawn', 'player_respawn'), 'stand', toString(player_stance)) AS stance,
            lagInFrame(at, 1, at) OVER one_after_another AS before,
            least(at - before, 10000) AS gap,
            lagInFrame(stance, 1, '') OVER one_after_another AS held_stance,
            lagInFrame(toString(player_team), 1, '') OVER one_after_another AS held_team,
            maxIf(at, type = 'distance') OVER (PARTITION BY match_id, player_guid ORDER BY at, type, stance, player_team, moved, sprinted
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS move_before,
            if(type = 'distance' AND moved > 0 AND move_before > 0, least(at - move_before, 10000) * sprinted / moved, 0) AS sprint_ms
        FROM seen
        WHERE player_guid != ''
        WINDOW one_after_another AS (PARTITION BY match_id, player_guid ORDER BY at, type, stance, player_team, moved, sprinted
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
    )
    GROUP BY match_id, guid
),
players AS
(
    SELECT
        match_id,
        guid,
        minIf(at, NOT is_target) AS first_ms,
        maxIf(at, NOT is_target) AS last_ms,
        max(bot) AS is_bot,
        countIf(deed = '+kill') AS kills,
        countIf(deed = '+death') AS deaths
    FROM stream
    GROUP BY match_id, guid
)
SELECT
    {game:String} AS game,
    players.guid AS player_guid,
    players.match_id AS match_id,
    matches.version AS version,
    matches.server AS server_id,
    matches.map AS map_name,
    matches.match_gametype AS gametype,
    fromUnixTimestamp64Milli(matches.began, 'UTC') AS began_at,
    fromUnixTimestamp64Milli(first_ms, 'UTC') AS first_at,
    fromUnixTimestamp64Milli(last_ms, 'UTC') AS last_at,
    players.is_bot AS is_bot,
    kills,
    deaths,
    best AS best_streak,
    runs_5 AS streaks_5,
    runs_10 AS streaks_10,
    runs_15 AS streaks_15,
    runs_20 AS streaks_20,
    runs_25 AS streaks_25,
    open_run AS last_streak,
    arrayCount(n -> n = 2, lengths) AS double_kills,
    arrayCount(n -> n = 3, lengths) AS multi_kills,
    arrayCount(n -> n = 4, lengths) AS ultra_kills,
    arrayCount(n -> n = 5, lengths) AS monster_kills,
    arrayCount(n -> n > 5, lengths) AS ludicrous_kills,
    arraySum(n -> if(n > 1, n, 0), lengths) AS chained_kills,
    firsts.times_first AS first_bloods,
    first_chances.chances AS first_blood_chances,
    revenges AS revenge_kills,
    trades.traded AS trading_kills,
    last_ones.clutched AS clutches,
    last_ones.chances AS clutch_chances,
    kills_made.longshots AS longshots,
    kills_made.gibs AS gibs,
    kills_made.air_kills AS air_kills,
    kills_made.slide_kills AS slide_kills,
    kills_made.kill_speed AS kill_speed,
    if(tells_damage, kills, 0) AS hp_kills,
    if(tells_damage, health_sum, 0) AS hp_at_kill,
    if(tells_damage, low_kills, 0) AS low_health_kills,
    ended_lives AS lives,
    survived AS lives_survived,
    lived_ms AS lifespan_ms,
    held.stand AS stand_ms,
    held.crouch AS crouch_ms,
    held.prone AS prone_ms,
    held.sprint AS sprint_ms,
    held.in_allies AS allies_ms,
    held.in_axis AS axis_ms,
    rounds_played.played AS rounds,
    rounds_played.won AS rounds_won,
    rounds_played.lost AS rounds_lost,
    rounds_played.outlived AS rounds_survived
FROM players
INNER JOIN matches ON matches.match_id = players.match_id
LEFT JOIN runs ON runs.match_id = players.match_id AND runs.guid = players.guid
LEFT JOIN kills_made ON kills_made.match_id = players.match_id AND kills_made.guid = players.guid
LEFT JOIN chains ON chains.match_id = players.match_id AND chains.guid = players.guid
LEFT JOIN (SELECT match_id, guid, count() AS times_first FROM first_kills GROUP BY match_id, guid) AS firsts
    ON firsts.match_id = players.match_id AND firsts.guid = players.guid
LEFT JOIN (SELECT match_id, count() AS chances FROM first_kills GROUP BY match_id) AS first_chances ON first_chances.match_id = players.match_id
LEFT JOIN trades ON trades.match_id = players.match_id AND trades.guid = players.guid
LEFT JOIN last_ones ON last_ones.match_id = players.match_id AND last_ones.guid = players.guid
LEFT JOIN held ON held.match_id = players.match_id AND held.guid = players.guid
LEFT JOIN rounds_played ON rounds_played.match_id = players.match_id AND rounds_played.guid = players.guid
