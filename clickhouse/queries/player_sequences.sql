-- Question: what do the settled matches of these players add up to?
-- Parameters: game; guids (one person's, at most 100); bounded (0: of all time); from_time, to_time (begin of the match);
--   server_id, map_name, gametype (empty = any)
-- Sessions and the running streak follow from `visits` and `backwards`: query/visits.py.
-- Reads: match_sequences
SELECT
    uniqExact(match_id) AS matches,
    max(best_streak) AS best_streak,
    sum(streaks_5) AS streaks_5,
    sum(streaks_10) AS streaks_10,
    sum(streaks_15) AS streaks_15,
    sum(streaks_20) AS streaks_20,
    sum(streaks_25) AS streaks_25,
    sum(double_kills) AS double_kills,
    sum(multi_kills) AS multi_kills,
    sum(ultra_kills) AS ultra_kills,
    sum(monster_kills) AS monster_kills,
    sum(ludicrous_kills) AS ludicrous_kills,
    sum(chained_kills) AS chained_kills,
    sum(first_bloods) AS first_bloods,
    sum(first_blood_chances) AS first_blood_chances,
    sum(revenge_kills) AS revenge_kills,
    sum(trading_kills) AS trading_kills,
    sum(clutches) AS clutches,
    sum(clutch_chances) AS clutch_chances,
    sum(longshots) AS longshots,
    sum(gibs) AS gibs,
    sum(air_kills) AS air_kills,
    sum(slide_kills) AS slide_kills,
    sum(kill_speed) AS kill_speed,
    sum(hp_kills) AS hp_kills,
    sum(hp_at_kill) AS hp_at_kill,
    sum(low_health_kills) AS low_health_kills,
    sum(kills) AS kills_in_all,
    sum(lives) AS lives_ended,
    sum(lives_survived) AS survived,
    sum(lifespan_ms) AS lived_ms,
    sum(stand_ms) AS standing_ms,
    sum(crouch_ms) AS crouching_ms,
    sum(prone_ms) AS proning_ms,
    sum(sprint_ms) AS sprinting_ms,
    sum(allies_ms) AS in_allies_ms,
    sum(axis_ms) AS in_axis_ms,
    sum(rounds) AS rounds_played,
    sum(match_sequences.rounds_won) AS won_rounds,
    sum(match_sequences.rounds_lost) AS lost_rounds,
    sum(rounds_survived) AS survived_rounds,
    -- The newest first; for the streak that goes on.
    arrayReverseSort(groupArray((toUnixTimestamp64Milli(first_at), match_id, deaths, last_streak))) AS backwards,
    countIf(kills + deaths >= 5) AS steady_matches,
    if(steady_matches > 0, stddevPopIf(kills / greatest(deaths, 1), kills + deaths >= 5), 0) AS kd_deviation,
    arraySort(groupArrayIf((toUnixTimestamp64Milli(first_at), toUnixTimestamp64Milli(last_at)), first_at > toDateTime64(0, 3, 'UTC'))) AS visits
FROM match_sequences FINAL
WHERE game = {game:String} AND player_guid IN {guids:Array(String)}
    /* if bounded */ AND began_at >= {from_time:DateTime64(3, 'UTC')} AND began_at < {to_time:DateTime64(3, 'UTC')}
    /* if server_id */ AND match_sequences.server_id = {server_id:String}
    /* if map_name */ AND match_sequences.map_name = {map_name:String}
    /* if gametype */ AND match_sequences.gametype = {gametype:String}
