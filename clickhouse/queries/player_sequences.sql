-- Question: what do the settled matches of these players add up to?
-- `figures`: what is added up, for each sum is planned: openings, runs, rows, deeds, lives, skills, stances, rounds, visits, steadiness.
-- Parameters: figures; game; guids (one person's, at most 100); bounded (0: of all time); from_time, to_time (begin of the match);
--   server_id, map_name, gametype (empty = any)
-- Sessions and the running streak follow from `visits` and `backwards`: query/visits.py.
-- Reads: match_sequences
SELECT
    /* if figures: openings */ sum(first_bloods) AS first_bloods,
    /* if figures: openings */ sum(first_blood_chances) AS first_blood_chances,
    /* if figures: openings */ sum(clutches) AS clutches,
    /* if figures: openings */ sum(clutch_chances) AS clutch_chances,
    /* if figures: runs */ max(best_streak) AS best_streak,
    -- The newest first; for the streak that goes on.
    /* if figures: runs */ arrayReverseSort(groupArray((toUnixTimestamp64Milli(first_at), match_id, deaths, last_streak))) AS backwards,
    /* if figures: rows */ sum(streaks_5) AS streaks_5,
    /* if figures: rows */ sum(streaks_10) AS streaks_10,
    /* if figures: rows */ sum(streaks_15) AS streaks_15,
    /* if figures: rows */ sum(streaks_20) AS streaks_20,
    /* if figures: rows */ sum(streaks_25) AS streaks_25,
    /* if figures: rows */ sum(double_kills) AS double_kills,
    /* if figures: rows */ sum(multi_kills) AS multi_kills,
    /* if figures: rows */ sum(ultra_kills) AS ultra_kills,
    /* if figures: rows */ sum(monster_kills) AS monster_kills,
    /* if figures: rows */ sum(ludicrous_kills) AS ludicrous_kills,
    /* if figures: deeds */ sum(trading_kills) AS trading_kills,
    /* if figures: deeds */ sum(longshots) AS longshots,
    /* if figures: deeds */ sum(gibs) AS gibs,
    /* if figures: lives */ sum(chained_kills) AS chained_kills,
    /* if figures: lives */ sum(revenge_kills) AS revenge_kills,
    /* if figures: lives */ sum(kills) AS kills_in_all,
    /* if figures: lives */ sum(lives) AS lives_ended,
    /* if figures: lives */ sum(lives_survived) AS survived,
    /* if figures: lives */ sum(lifespan_ms) AS lived_ms,
    /* if figures: skills */ sum(air_kills) AS air_kills,
    /* if figures: skills */ sum(slide_kills) AS slide_kills,
    /* if figures: skills */ sum(kill_speed) AS kill_speed,
    /* if figures: skills */ sum(hp_kills) AS hp_kills,
    /* if figures: skills */ sum(hp_at_kill) AS hp_at_kill,
    /* if figures: skills */ sum(low_health_kills) AS low_health_kills,
    /* if figures: stances */ sum(stand_ms) AS standing_ms,
    /* if figures: stances */ sum(crouch_ms) AS crouching_ms,
    /* if figures: stances */ sum(prone_ms) AS proning_ms,
    /* if figures: stances */ sum(sprint_ms) AS sprinting_ms,
    /* if figures: rounds */ sum(allies_ms) AS in_allies_ms,
    /* if figures: rounds */ sum(axis_ms) AS in_axis_ms,
    /* if figures: rounds */ sum(rounds) AS rounds_played,
    /* if figures: rounds */ sum(match_sequences.rounds_won) AS won_rounds,
    /* if figures: rounds */ sum(match_sequences.rounds_lost) AS lost_rounds,
    /* if figures: visits */ arraySort(groupArrayIf((toUnixTimestamp64Milli(first_at), toUnixTimestamp64Milli(last_at)), first_at > toDateTime64(0, 3, 'UTC'))) AS visits,
    /* if figures: steadiness */ countIf(kills + deaths >= 5) AS steady_matches,
    /* if figures: steadiness */ if(steady_matches > 0, stddevPopIf(kills / greatest(deaths, 1), kills + deaths >= 5), 0) AS kd_deviation,
    uniqExact(match_id) AS matches
FROM match_sequences FINAL
WHERE game = {game:String} AND player_guid IN {guids:Array(String)}
    /* if bounded */ AND began_at >= {from_time:DateTime64(3, 'UTC')} AND began_at < {to_time:DateTime64(3, 'UTC')}
    /* if server_id */ AND match_sequences.server_id = {server_id:String}
    /* if map_name */ AND match_sequences.map_name = {map_name:String}
    /* if gametype */ AND match_sequences.gametype = {gametype:String}
