-- Question: who did most of each kind in one match, among the matches that began in a scope?
-- Of equal ones (rounded, so that no order of adding up shows) the earlier match comes first. Parameters of days only help to find the rows.
-- Only what reaches the least of some kind (from records_least.sql; 0: everything) is made eight rows of and sorted: at 20 million events a second and a half.
-- Of a few rows it is told here which replace which: FINAL, which looks at all, took half the time. What was replaced by a row that reaches
-- nothing is left out with all that rests on less than its match was settled on.
-- Parameters: everything (1: every least is 0), reached (the other way round); game; bounded (0: of all time); from_day, to_day (excluded); from_time, to_time (excluded: when a match began);
--   server_id, map_name, gametype (empty = any); with_bots; kills_min (for K/D), shots_min (for accuracy); least_kills, least_streak,
--   least_multi_kill, least_headshots, least_kd, least_accuracy, least_longest_kill, least_damage; places (of each kind)
-- Reads: match_feats, settled_matches
WITH
begun AS
(
    SELECT *
    FROM match_feats
    /* if everything */ FINAL
    WHERE game = {game:String}
        /* if bounded */ AND began_on >= {from_day:Date} AND began_on < {to_day:Date}
        /* if bounded */ AND began_at >= {from_time:DateTime('UTC')} AND began_at < {to_time:DateTime('UTC')}
        /* if server_id */ AND server_id = {server_id:String}
        /* if map_name */ AND map_name = {map_name:String}
        /* if gametype */ AND gametype = {gametype:String}
        AND ({with_bots:UInt8} OR NOT is_bot)
        AND (kills >= {least_kills:Float64} OR best_streak >= {least_streak:Float64} OR best_multi_kill >= {least_multi_kill:Float64}
            OR headshots >= {least_headshots:Float64} OR kills / greatest(deaths, 1) >= {least_kd:Float64} AND kills >= {kills_min:UInt64}
            OR 100 * shots_hit / greatest(shots_fired, 1) >= {least_accuracy:Float64} AND shots_fired >= {shots_min:UInt64}
            OR longest_kill >= {least_longest_kill:Float64} OR damage_dealt >= {least_damage:Float64})
    /* if reached */ ORDER BY version DESC LIMIT 1 BY began_on, match_id, player_guid
),
latest AS
(
    SELECT match_id, max(raw_events) AS rests_on
    FROM settled_matches
    WHERE game = {game:String}
    GROUP BY match_id
)
SELECT
    feat.1 AS kind,
    round(feat.2, 3) AS value,
    toString(begun.match_id) AS match,
    player_guid AS guid,
    player_name AS name,
    server_id AS server,
    map_name AS map,
    gametype AS game_type,
    if(kind = 'longest_kill', longest_kill_at, began_at) AS at,
    kills,
    deaths,
    headshots,
    if(kind = 'longest_kill', toString(longest_kill_weapon), '') AS weapon,
    if(kind = 'longest_kill', longest_kill_target_guid, '') AS target_guid,
    if(kind = 'longest_kill', longest_kill_target_name, '') AS target_name
FROM begun
LEFT JOIN latest ON latest.match_id = begun.match_id
ARRAY JOIN arrayFilter(feat -> feat.2 > 0, [
    ('kills', toFloat64(kills)),
    ('streak', if(best_streak > 1, toFloat64(best_streak), 0.)),
    ('multi_kill', if(best_multi_kill > 1, toFloat64(best_multi_kill), 0.)),
    ('headshots', toFloat64(headshots)),
    ('kd', if(kills >= {kills_min:UInt64}, kills / greatest(deaths, 1), 0.)),
    ('accuracy', if(shots_fired >= {shots_min:UInt64}, 100 * shots_hit / greatest(shots_fired, 1), 0.)),
    ('longest_kill', round(toFloat64(longest_kill), 1)),
    ('damage', damage_dealt)]) AS feat
WHERE version >= rests_on
ORDER BY kind, value DESC, began_at, match, guid
LIMIT {places:UInt32} BY kind
