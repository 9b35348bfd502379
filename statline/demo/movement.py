"""How players get about: they run along streets and through doors towards a place, climb, jump and crouch."""

from __future__ import annotations

import math
from random import Random

from statline.demo.players import Player
from statline.demo.stage import Stage
from statline.demo.world import Area, Point

RUN_UNITS_PER_S = 215.0
"""A running player (the game's sv_runspeed is 250; nobody runs in a straight line)."""

DISTANCE_REPORT_UNITS = 100.0
"""The script reports movement once this much has been walked (spec/openmohaa.md 1.2, `distance`)."""

LADDER_UNITS_MIN = 60.0
FALL_HURTS_UNITS_MIN = 150.0


def point_in(area: Area, rng: Random) -> Point:
    """A place in an area, a little more often in its middle, where people run, than at its walls."""
    spread_x, spread_y = (area.x_max - area.x_min) / 2, (area.y_max - area.y_min) / 2
    x = (area.x_min + area.x_max) / 2 + spread_x * max(-0.97, min(0.97, rng.gauss(0, 0.5)))
    y = (area.y_min + area.y_max) / 2 + spread_y * max(-0.97, min(0.97, rng.gauss(0, 0.5)))
    return Point(x, y, area.z + 0.125)


def place(stage: Stage, player: Player) -> None:
    """Put a player at one of the spawn places of their side."""
    side = "" if stage.is_free_for_all else player.side
    player.area = stage.rng.choice(stage.map.spawn_areas(side))
    player.position = point_in(stage.map.areas[player.area], stage.rng)
    player.yaw = stage.rng.uniform(0, 360)
    player.pitch = 0.0
    player.stance = "stand"
    choose_goal(stage, player)


def choose_goal(stage: Stage, player: Player) -> None:
    """Pick a place anywhere on the map to run to."""
    player.goal_area = stage.rng.randrange(len(stage.map.areas))
    player.goal = point_in(stage.map.areas[player.goal_area], stage.rng)


def move(stage: Stage, player: Player, seconds: float) -> None:
    """Walk towards the goal for some seconds; pass doors; report the distance as the script does."""
    left_units = (
        RUN_UNITS_PER_S * seconds * (0.45 if player.stance == "crouch" else stage.rng.uniform(0.7, 1.1))
    )
    while left_units > 0:
        target = player.goal if player.area == player.goal_area else _next_door(stage, player)
        step = math.dist(player.position[:2], target[:2])
        if step > left_units:
            _walk(player, target, left_units)
            break
        _walk(player, target, step)
        left_units -= step
        if player.area == player.goal_area:
            choose_goal(stage, player)
            player.busy_until_s = stage.now_s + stage.rng.uniform(0, 4)  # looks around before going on
            break
        _enter_next_area(stage, player)
    report_distance(stage, player)


def report_distance(stage: Stage, player: Player) -> None:
    """Send `distance` once enough has been walked since the last one."""
    if player.walked_units < DISTANCE_REPORT_UNITS:
        return
    walked = round(player.walked_units, 3)
    player.walked_total_units = round(player.walked_total_units + walked, 3)
    player.walked_units = 0.0
    total = player.walked_total_units
    stage.emit(
        "distance",
        player.block("player"),
        [("distance", total), ("walked", walked), ("total_distance", total), ("delta_distance", walked)],
    )


def fidget(stage: Stage, player: Player) -> None:
    """Now and then: crouch, stand up or jump."""
    roll = stage.rng.random()
    if roll < 0.012:
        player.stance = "crouch" if player.stance == "stand" else "stand"
        stage.emit("crouch" if player.stance == "crouch" else "player_stand", player.block("player"))
    elif roll < 0.02 and player.stance == "stand":
        stage.emit("jump", player.block("player"), [("jump_height", round(stage.rng.uniform(28, 52), 3))])
        stage.after(0.6, lambda: _land(stage, player))


def _land(stage: Stage, player: Player) -> None:
    if player.is_alive:
        stage.emit("land", player.block("player"), [("fall_height", round(stage.rng.uniform(28, 140), 3))])


def _next_door(stage: Stage, player: Player) -> Point:
    hop = stage.map.next_hops[player.area][player.goal_area]
    return stage.map.doors[player.area][hop]


def _walk(player: Player, target: Point, units: float) -> None:
    x, y, z = player.position
    heading = math.atan2(target.y - y, target.x - x)
    player.position = Point(x + units * math.cos(heading), y + units * math.sin(heading), z)
    player.yaw = math.degrees(heading) % 360
    player.walked_units += units


def _enter_next_area(stage: Stage, player: Player) -> None:
    area = stage.map.next_hops[player.area][player.goal_area]
    climb = stage.map.areas[area].z - stage.map.areas[player.area].z
    if climb >= LADDER_UNITS_MIN:
        stage.emit("ladder_mount", player.block("player"))
    elif stage.rng.random() < 0.02:
        stage.emit(
            "door_open",
            [("entity", f"door_{min(area, player.area)}_{max(area, player.area)}")],
            player.block("player"),
        )
    player.area = area
    player.position = player.position._replace(z=stage.map.areas[area].z + 0.125)
    if climb >= LADDER_UNITS_MIN:
        stage.emit("ladder_dismount", player.block("player"))
