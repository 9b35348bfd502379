-- Question: the three best players of every card that is made of counted stats, in a scope?
-- Parameters: those of shared/player_stats.sql
-- Reads: player_days, match_players
-- Values are rounded, so that a sum made in another order is the same value. A list of lists: one pass keeps the three best of each card, with no row for each player and card. The order of the cards is
-- query/cards.py COUNTED. A player with nothing of a card stands at its end with 0.
SELECT groupArraySortedForEach(3)(arrayMap(value -> (-value, player_guid), cards)) AS best
FROM
(
    SELECT
        player_guid,
        arrayMap(value -> round(toFloat64(value), 6), [
            kills, deaths, kd_ratio, headshots, accuracy, headshot_ratio, damage, bash_kills, grenade_kills, roadkills,
            telefrags, crushed, teamkills, suicides, shots_fired, if(shots_fired > 100 AND accuracy < 15, shots_fired, 0),
            reloads, weapon_swaps, no_ammo, items_picked, distance, sprinted, swam, driven, jumps, ladders,
            -- Someone who kills without moving much: 1000 metres in game units.
            if(kills > 5 AND distance < 1000 / 0.0254, kills, 0),
            health_picked, ammo_picked, armor_picked, objectives, vehicles_entered, turrets_entered, vehicle_kills,
            chat_messages, spectates, doors_opened, ladders + jumps, items_dropped, vehicle_crashes, bot_kills, crouches,
            prones
        ]) AS cards
    FROM
    (
        /* include shared/player_stats.sql */
    )
)
