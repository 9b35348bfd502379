-- Question: what did these players do in their last matches, the oldest of them first?
-- Parameters: game; guids (at most 100); since (no earlier hour is read); matches_max (of each player)
-- Reads: match_players
SELECT
    player_guid,
    arrayMap(one -> one.2, arrayReverse(arraySlice(arrayReverseSort(groupArray((began, killed, died))), 1, {matches_max:UInt32}))) AS kills_of,
    arrayMap(one -> one.3, arrayReverse(arraySlice(arrayReverseSort(groupArray((began, killed, died))), 1, {matches_max:UInt32}))) AS deaths_of
FROM
(
    SELECT player_guid, match_id, min(first_seen) AS began, sum(kills) AS killed, sum(deaths) AS died
    FROM match_players
    WHERE game = {game:String} AND player_guid IN {guids:Array(String)} AND hour >= {since:DateTime('UTC')}
    GROUP BY player_guid, match_id
)
GROUP BY player_guid
