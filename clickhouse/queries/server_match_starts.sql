-- Question: how many matches began on a server in each hour of a period?
-- Parameters: game; server_id; from_time, to_time (excluded); rows_max
-- Reads: match_summaries
SELECT toStartOfHour(began_at) AS hour, count() AS matches
FROM
(
    SELECT min(first_event) AS began_at
    FROM match_summaries
    WHERE game = {game:String}
    GROUP BY match_id
    HAVING max(server_id) = {server_id:String} AND max(notEmpty(players))
        AND began_at >= {from_time:DateTime('UTC')} AND began_at < {to_time:DateTime('UTC')}
)
GROUP BY hour
ORDER BY hour
LIMIT {rows_max:UInt32}
