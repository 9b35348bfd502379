-- Question: of each kind of record, what are the ten best values, negated, among the matches that began in a scope?
-- Matches that were settled again count with both: records.sql leaves the old one out.
-- Parameters: as records.sql: game; bounded (0: of all time); from_day, to_day; from_time, to_time; server_id, map_name, gametype; with_bots;
--   kills_min, shots_min
-- Reads: match_feats
SELECT
    groupArraySortedIf(10)(-toFloat64(kills), kills > 0) AS best_of_kills,
    groupArraySortedIf(10)(-toFloat64(best_streak), best_streak > 1) AS best_of_streak,
    groupArraySortedIf(10)(-toFloat64(best_multi_kill), best_multi_kill > 1) AS best_of_multi_kill,
    groupArraySortedIf(10)(-toFloat64(headshots), headshots > 0) AS best_of_headshots,
    groupArraySortedIf(10)(-(kills / greatest(deaths, 1)), kills >= {kills_min:UInt64} AND kills > 0) AS best_of_kd,
    groupArraySortedIf(10)(-(100 * shots_hit / greatest(shots_fired, 1)), shots_fired >= {shots_min:UInt64} AND shots_hit > 0) AS best_of_accuracy,
    groupArraySortedIf(10)(-toFloat64(longest_kill), longest_kill > 0) AS best_of_longest_kill,
    groupArraySortedIf(10)(-damage_dealt, damage_dealt > 0) AS best_of_damage
FROM match_feats FINAL
WHERE game = {game:String}
    /* if bounded */ AND began_on >= {from_day:Date} AND began_on < {to_day:Date}
    /* if bounded */ AND began_at >= {from_time:DateTime('UTC')} AND began_at < {to_time:DateTime('UTC')}
    /* if server_id */ AND server_id = {server_id:String}
    /* if map_name */ AND map_name = {map_name:String}
    /* if gametype */ AND gametype = {gametype:String}
    AND ({with_bots:UInt8} OR NOT is_bot)
