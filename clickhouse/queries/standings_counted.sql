-- Question: how do all players stand in each counted figure of all time? Columns are those of standings.
-- Names are those of query/ranked_stats.py, and of query/cards.py for what only cards show.
-- Parameters: those of shared/player_stats.sql and shared/standing.sql
-- Reads: player_days, match_players
WITH figures AS
(
    SELECT player_guid, figure.1 AS stat, toFloat64(figure.2) AS value
    FROM
    (
        SELECT
            player_guid,
            [
                ('kills', toFloat64(kills)),
                ('bot_kills', toFloat64(bot_kills)),
                ('total_kills', toFloat64(total_kills)),
                ('deaths', toFloat64(deaths)),
                ('kd_ratio', toFloat64(kd_ratio)),
                ('headshots', toFloat64(headshots)),
                ('accuracy', toFloat64(accuracy)),
                ('shots_fired', toFloat64(shots_fired)),
                ('damage', toFloat64(damage)),
                ('bash_kills', toFloat64(bash_kills)),
                ('grenade_kills', toFloat64(grenade_kills)),
                ('roadkills', toFloat64(roadkills)),
                ('telefrags', toFloat64(telefrags)),
                ('crushed', toFloat64(crushed)),
                ('teamkills', toFloat64(teamkills)),
                ('suicides', toFloat64(suicides)),
                ('reloads', toFloat64(reloads)),
                ('weapon_swaps', toFloat64(weapon_swaps)),
                ('no_ammo', toFloat64(no_ammo)),
                ('looter', toFloat64(looter)),
                ('distance', toFloat64(distance)),
                ('sprinted', toFloat64(sprinted)),
                ('swam', toFloat64(swam)),
                ('driven', toFloat64(driven)),
                ('jumps', toFloat64(jumps)),
                ('crouch_time', toFloat64(crouch_time)),
                ('prone_time', toFloat64(prone_time)),
                ('ladders', toFloat64(ladders)),
                ('health_picked', toFloat64(health_picked)),
                ('ammo_picked', toFloat64(ammo_picked)),
                ('armor_picked', toFloat64(armor_picked)),
                ('items_picked', toFloat64(items_picked)),
                ('objectives', toFloat64(objectives)),
                ('headshot_ratio', toFloat64(headshot_ratio)),
                ('stormtrooper', toFloat64(if(shots_fired > 100 AND accuracy < 15, shots_fired, 0))),
                ('camper', toFloat64(if(kills > 5 AND distance < 1000 / 0.0254, kills, 0))),
                ('vehicle_enter', toFloat64(vehicles_entered)),
                ('turret_enter', toFloat64(turrets_entered)),
                ('vehicle_kills', toFloat64(vehicle_kills)),
                ('chat_msgs', toFloat64(chat_messages)),
                ('spectating', toFloat64(spectates)),
                ('doors_opened', toFloat64(doors_opened)),
                ('verticality', toFloat64(ladders + jumps)),
                ('the_architect', toFloat64(items_dropped)),
                ('road_rage', toFloat64(vehicle_crashes))
            ] AS told
        FROM
        (
            /* include shared/player_stats.sql */
        )
    )
    ARRAY JOIN told AS figure
    WHERE value > 0
)
/* include shared/standing.sql */
