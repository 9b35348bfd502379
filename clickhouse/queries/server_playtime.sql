-- Question: how many seconds did players spend on a server in a period, and on how many matches?
-- Parameters: game; server_id; from_time, to_time (excluded)
-- Reads: match_players
SELECT sum(played_s) AS playtime_s
FROM
(
    SELECT greatest(0, dateDiff('millisecond', min(first_acted), max(last_acted))) / 1000 AS played_s
    FROM match_players
    WHERE game = {game:String} AND server_id = {server_id:String}
        AND hour >= {from_time:DateTime('UTC')} AND hour < {to_time:DateTime('UTC')}
    GROUP BY player_guid, match_id
)
