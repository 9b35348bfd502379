-- Question: Who aims better than before: accuracy of the last matches against the ones before?
-- Reads: match_players
WITH numbered AS
(
    SELECT
        player_guid, match_id, sum(shots_fired) AS fired, sum(shots_hit) AS hit,
        row_number() OVER (PARTITION BY player_guid ORDER BY min(first_seen) DESC) AS from_newest
    FROM match_players
    WHERE game = 'mohaa' AND NOT is_bot
    GROUP BY player_guid, match_id
    HAVING fired >= 20
)
SELECT
    player_guid, count() AS matches,
    round(sumIf(hit, from_newest <= 3) / sumIf(fired, from_newest <= 3) * 100, 2) AS accuracy_now,
    round(sumIf(hit, from_newest > 3) / nullIf(sumIf(fired, from_newest > 3), 0) * 100, 2) AS accuracy_before,
    round(accuracy_now - accuracy_before, 2) AS change
FROM numbered
GROUP BY player_guid
ORDER BY change DESC NULLS LAST, player_guid
LIMIT 100
