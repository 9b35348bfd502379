-- Question: which matches that are over did this player play, and how did each end for him, as it was when it was settled?
-- Columns are those of player_results.sql, for a fifth of what that costs. `events`, `deaths` and `last_seen` tell whether these are all of
-- his matches (query/results.py).
-- Parameters: game; guids (one); figures (shown, rounds); matches_max
-- Reads: match_results
SELECT
    match_id AS id,
    map_name AS map,
    server_id AS server,
    match_results.gametype AS kind,
    team AS last_team,
    began_at AS began,
    ended,
    span_ms,
    outcome,
    events,
    deaths,
    /* if figures: shown */ maps, player_gametype AS his_kind, first_seen AS his_first, kills, bot_kills, headshots, last_event_at, allies_score AS allies, axis_score AS axis,
    /* if figures: rounds */ rounds AS match_rounds,
    last_seen
FROM match_results FINAL
WHERE game = {game:String} AND player_guid IN {guids:Array(String)}
ORDER BY player_guid, match_id
LIMIT {matches_max:UInt32}
