-- Question: who played on a server in a period, how much, how well, since when?
-- Parameters: game; server_id; from_time, to_time (excluded); since_week, since_month (when the last 7 and 30 days began);
--   with_bots (0 or 1); order_by (kills, kd or playtime); kills_min; page_rows; skip_rows
-- Reads: match_players
SELECT
    player_guid,
    sum(match_kills) AS kills,
    sum(match_deaths) AS deaths,
    sum(match_headshots) AS headshots,
    sum(played_s) AS playtime_s,
    min(first_at) AS first_seen_at,
    max(last_at) AS last_seen_at,
    sum(week_kills) AS kills_7d,
    sum(month_kills) AS kills_30d,
    count() AS total_matches,
    arraySort(groupUniqArrayArray(hours)) AS seen_hours,
    sumMap(map(match_map, match_kills)) AS map_kills,
    count() OVER () AS total
FROM
(
    SELECT
        player_guid,
        max(map_name) AS match_map,
        max(is_bot) AS bot,
        sum(kills) AS match_kills,
        sum(deaths) AS match_deaths,
        sum(headshots) AS match_headshots,
        greatest(0, dateDiff('millisecond', min(first_acted), max(last_acted))) / 1000 AS played_s,
        min(first_seen) AS first_at,
        max(last_seen) AS last_at,
        sumIf(match_players.kills, hour >= {since_week:DateTime('UTC')}) AS week_kills,
        sumIf(match_players.kills, hour >= {since_month:DateTime('UTC')}) AS month_kills,
        groupUniqArray(toUnixTimestamp(hour)) AS hours
    FROM match_players
    WHERE game = {game:String} AND server_id = {server_id:String}
        AND hour >= {from_time:DateTime('UTC')} AND hour < {to_time:DateTime('UTC')}
    GROUP BY player_guid, match_id
)
GROUP BY player_guid
HAVING ({with_bots:UInt8} = 1 OR NOT max(bot)) AND kills >= {kills_min:UInt64}
ORDER BY
    multiIf({order_by:String} = 'kd', kills / greatest(deaths, 1), {order_by:String} = 'playtime', playtime_s, toFloat64(kills)) DESC,
    kills DESC, player_guid
LIMIT {page_rows:UInt32} OFFSET {skip_rows:UInt64}
