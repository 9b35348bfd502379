-- Question: how does a player stand among all who have enough kills and deaths, figure by figure?
-- Of each figure: his value, the mean of all, and how many of the others have less and more. Bots are not among them.
-- Parameters: game; guid; sample_min (least kills and deaths together)
-- Reads: player_days
WITH
everyone AS
(
    SELECT
        player_guid,
        sum(kills) AS killed,
        sum(deaths) AS died,
        toFloat64(killed) AS kills_of,
        killed / greatest(died, 1) AS kd_of,
        if(sum(shots_fired) = 0, 0, 100 * sum(shots_hit) / sum(shots_fired)) AS accuracy_of,
        if(killed = 0, 0, 100 * sum(headshots) / killed) AS headshots_of,
        toFloat64(sum(damage_dealt)) / greatest(died, 1) AS damage_of,
        [kills_of, kd_of, accuracy_of, headshots_of, damage_of] AS figures
    FROM player_days
    WHERE game = {game:String}
    GROUP BY player_guid
    HAVING player_guid = {guid:String} OR (NOT max(is_bot) AND killed + died >= {sample_min:UInt32})
),
him AS (SELECT figures AS his FROM everyone WHERE player_guid = {guid:String})
SELECT
    any(his) AS own,
    avgForEach(figures) AS average,
    sumForEach(arrayMap((one, of_him) -> toUInt64(one < of_him), figures, his)) AS below,
    sumForEach(arrayMap((one, of_him) -> toUInt64(one > of_him), figures, his)) AS above,
    count() AS players
FROM everyone
CROSS JOIN him
HAVING players > 0
