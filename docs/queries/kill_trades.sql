-- Question: How often is a kill avenged within five seconds?
-- Reads: raw_events
WITH kills AS
(
    SELECT match_id, event_time, player_guid AS killer, target_guid AS victim
    FROM raw_events
    WHERE game = 'mohaa' AND kill_kind = 'kill'
)
SELECT
    uniqExact(match_id) AS matches, count() AS all_kills,
    countIf(died_s <= 5) AS traded, round(traded / all_kills * 100, 2) AS percent
FROM
(
    SELECT first.match_id AS match_id, min(if(next.killer = '', 1e9, dateDiff('millisecond', first.event_time, next.event_time) / 1000)) AS died_s
    FROM kills AS first
    LEFT JOIN kills AS next ON next.match_id = first.match_id AND next.victim = first.killer AND next.event_time > first.event_time
    GROUP BY first.match_id, first.event_time, first.killer, first.victim
)
