-- Question: who leads in each part of the day and at weekends (query/scope.py TIMES, UTC), of all time? Columns are those of place_standings.
-- Parameters: those of shared/place_standing.sql
-- Reads: match_players
WITH fights AS
(
    SELECT
        time AS place,
        player_guid,
        /* include shared/fight_sums.sql */
    FROM match_players
    ARRAY JOIN arrayConcat(
        [multiIf(toHour(hour) < 6, 'night', toHour(hour) < 12, 'morning', toHour(hour) < 18, 'afternoon', 'evening')],
        if(toDayOfWeek(hour) >= 6, ['weekend'], [])) AS time
    WHERE game = {game:String}
    GROUP BY place, player_guid
    HAVING NOT max(is_bot)
)
/* include shared/place_standing.sql */
