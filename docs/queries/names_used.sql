-- Question: Who plays under several names?
-- Reads: player_names
SELECT player_guid, count() AS names, groupArray(10)(player_name) AS some_of_them
FROM (SELECT player_guid, player_name FROM player_names WHERE game = 'mohaa' GROUP BY player_guid, player_name ORDER BY player_name)
GROUP BY player_guid
ORDER BY names DESC, player_guid
LIMIT 50
