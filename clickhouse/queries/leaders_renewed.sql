-- Question: what do boards show of everybody who leads anywhere, as of this renewal of the standings? Columns are those of leaders.
-- Parameters: those of shared/player_stats.sql and shared/match_stats.sql, source hours; renewed_at
-- Reads: standings, place_standings, player_days, match_players, match_summaries
WITH leading AS
(
    SELECT arrayJoin(arraySlice(best.player_guid, 1, 100)) AS guid FROM standings FINAL
    WHERE game = {game:String} AND renewed_at = {renewed_at:DateTime64(3, 'UTC')}
    UNION DISTINCT
    SELECT arrayJoin(best.player_guid) AS guid FROM place_standings FINAL
    WHERE game = {game:String} AND renewed_at = {renewed_at:DateTime64(3, 'UTC')}
)
SELECT
    {game:String} AS game,
    known.player_guid AS player_guid,
    {renewed_at:DateTime64(3, 'UTC')} AS renewed_at,
    name,
    smf_id,
    CAST(mapFilter((_, figure) -> figure != 0, map(
        'kills', toFloat64(counted.kills),
        'bot_kills', toFloat64(bot_kills),
        'deaths', toFloat64(deaths),
        'headshots', toFloat64(headshots),
        'shots_fired', toFloat64(shots_fired),
        'shots_hit', toFloat64(shots_hit),
        'damage_dealt', damage_dealt,
        'suicides', toFloat64(suicides),
        'team_kills', toFloat64(team_kills),
        'roadkills', toFloat64(roadkills),
        'bash_kills', toFloat64(bash_kills),
        'grenade_kills', toFloat64(grenade_kills),
        'telefrags', toFloat64(telefrags),
        'crushed', toFloat64(crushed),
        'reloads', toFloat64(reloads),
        'weapon_swaps', toFloat64(weapon_swaps),
        'no_ammo', toFloat64(no_ammo),
        'items_picked', toFloat64(items_picked),
        'distance', counted.distance,
        'sprinted', sprinted,
        'swam', swam,
        'driven', driven,
        'jumps', toFloat64(jumps),
        'crouches', toFloat64(crouches),
        'prones', toFloat64(prones),
        'ladders', toFloat64(ladders),
        'health_picked', toFloat64(health_picked),
        'ammo_picked', toFloat64(ammo_picked),
        'armor_picked', toFloat64(armor_picked),
        'objectives', toFloat64(objectives),
        'wins', toFloat64(wins),
        'ffa_wins', toFloat64(ffa_wins),
        'team_wins', toFloat64(team_wins),
        'losses', toFloat64(losses),
        'rounds', toFloat64(rounds),
        'games', toFloat64(games),
        'matches_played', toFloat64(matches_played),
        'playtime', playtime,
        'rated_matches', toFloat64(rated_matches))), 'Map(LowCardinality(String), Float64)') AS figures
FROM
(
    SELECT player_guid, argMaxMerge(name) AS name, max(smf_id) AS smf_id
    FROM player_days
    WHERE game = {game:String} AND player_guid IN (SELECT guid FROM leading)
    GROUP BY player_guid
) AS known
LEFT JOIN
(
    SELECT *
    FROM
    (
        /* include shared/player_stats.sql */
    )
    WHERE player_guid IN (SELECT guid FROM leading)
) AS counted ON counted.player_guid = known.player_guid
LEFT JOIN
(
    SELECT *
    FROM
    (
        /* include shared/match_stats.sql */
    )
    WHERE player_guid IN (SELECT guid FROM leading)
) AS decided ON decided.player_guid = known.player_guid
SETTINGS max_bytes_before_external_group_by = 268435456
