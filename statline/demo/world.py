"""The simulated world: maps as walkable rectangles joined where they overlap, weapons, hit locations.

Coordinates are game units (1 unit = 0.0254 m). The maps are drawn for the simulator; only their names and
their general shape (streets, yards, houses, a bridge) are the game's.
"""

from __future__ import annotations

from functools import cached_property
from typing import Final, NamedTuple


class Point(NamedTuple):
    """A position in game units."""

    x: float
    y: float
    z: float


ORIGIN: Final = Point(0.0, 0.0, 0.0)


class Area(NamedTuple):
    """A walkable rectangle at one height; `side` says who spawns there ("" = only free-for-all)."""

    x_min: float
    y_min: float
    x_max: float
    y_max: float
    z: float
    side: str = ""

    def door_to(self, other: Area) -> Point | None:
        """The middle of the overlap with another area, or None when they do not touch widely enough to pass."""
        x_min, x_max = max(self.x_min, other.x_min), min(self.x_max, other.x_max)
        y_min, y_max = max(self.y_min, other.y_min), min(self.y_max, other.y_max)
        width, depth = x_max - x_min, y_max - y_min
        if width < 0 or depth < 0 or max(width, depth) < DOOR_UNITS_MIN:
            return None
        return Point((x_min + x_max) / 2, (y_min + y_max) / 2, self.z)


DOOR_UNITS_MIN: Final = 40


class Map:
    """A map: its wire name and areas. `doors[i]` maps each neighbour of area i to the point where one passes."""

    def __init__(self, name: str, *areas: Area) -> None:
        self.name = name
        self.areas = areas

    @cached_property
    def doors(self) -> list[dict[int, Point]]:
        doors: list[dict[int, Point]] = [{} for _ in self.areas]
        for i, area in enumerate(self.areas):
            for j, other in enumerate(self.areas):
                door = area.door_to(other) if i != j else None
                if door is not None:
                    doors[i][j] = door
        return doors

    @cached_property
    def next_hops(self) -> list[list[int]]:
        """`next_hops[i][j]` is the area to enter next on the shortest way from i to j."""
        return [self._hops_towards(start) for start in range(len(self.areas))]

    def _hops_towards(self, start: int) -> list[int]:
        hops = [-1] * len(self.areas)
        hops[start] = start
        queue = [start]
        for at in queue:
            for neighbour in self.doors[at]:
                if hops[neighbour] < 0:
                    hops[neighbour] = neighbour if at == start else hops[at]
                    queue.append(neighbour)
        return hops

    def spawn_areas(self, side: str) -> list[int]:
        """Where players of a side appear: their own areas, or anywhere for a side without any."""
        own = [i for i, area in enumerate(self.areas) if side and area.side == side]
        return own or list(range(len(self.areas)))


STALINGRAD: Final = Map(
    "dm/mohdm6",
    Area(-1000, -900, -800, 900, 0, "allies"),  # west street
    Area(-1000, 700, 900, 900, 0),  # north street
    Area(700, -900, 900, 900, 0, "axis"),  # east street
    Area(-1000, -900, 900, -700, 0),  # south street
    Area(-250, -200, 300, 300, 0),  # square
    Area(-60, 300, 60, 720, 0),  # north alley
    Area(-40, -720, 70, -200, 0),  # south alley
    Area(-800, -100, -250, 150, 64),  # west house
    Area(300, -50, 700, 200, 128),  # east house
    Area(420, 200, 620, 700, 128),  # upper floor
)
DESTROYED_VILLAGE: Final = Map(
    "dm/mohdm2",
    Area(-1400, -200, 1400, 100, 0),  # main road
    Area(-1400, 100, -900, 900, 16, "allies"),  # church yard
    Area(900, -1100, 1400, -200, 16, "axis"),  # farm
    Area(-300, 100, 0, 800, 32),  # mill lane
    Area(-300, 700, 900, 900, 32),  # river bank
    Area(750, 100, 900, 900, 24),  # orchard path
    Area(-700, -800, -400, -200, 48),  # inn
    Area(-700, -900, 1000, -750, 0),  # back road
    Area(150, -750, 420, -200, 96),  # ruin
)
SOUTHERN_FRANCE: Final = Map(
    "dm/mohdm1",
    Area(-700, -700, 700, 700, 0),  # market
    Area(-1300, -150, -700, 150, 32, "allies"),  # west arcade
    Area(700, -150, 1300, 150, 32, "axis"),  # east arcade
    Area(-120, 700, 120, 1300, 16),  # north stairs
    Area(-120, -1300, 120, -700, 16),  # south stairs
    Area(-1300, 1100, 1300, 1300, 160),  # roof terrace
    Area(-1300, -1300, 1300, -1100, 0),  # lower road
    Area(-1300, 150, -1150, 1100, 96),  # west stairs
    Area(1150, -1100, 1300, -150, 64),  # east stairs
)
V2_FACILITY: Final = Map(
    "obj/obj_team2",
    Area(-1800, -300, -1200, 300, 0, "allies"),  # landing
    Area(-1200, -80, -500, 80, 0),  # tunnel
    Area(-500, -500, 300, 500, -64),  # hall
    Area(-300, 500, -120, 1200, -64),  # north corridor
    Area(-300, 1050, 1100, 1200, -64),  # laboratory
    Area(950, 300, 1100, 1200, -64),  # lift
    Area(300, -100, 900, 60, 0),  # control passage
    Area(900, -450, 1600, 350, 32, "axis"),  # rocket room
    Area(100, -1000, 260, -500, -64),  # south corridor
    Area(100, -1000, 1250, -860, 0),  # generator
    Area(1100, -1000, 1250, -400, 16),  # cable shaft
)
THE_BRIDGE: Final = Map(
    "obj/obj_team4",
    Area(-2000, -700, -1200, 700, 0, "allies"),  # west bank
    Area(1200, -700, 2000, 700, 0, "axis"),  # east bank
    Area(-1200, -60, 1200, 60, 96),  # bridge
    Area(-1200, 400, -300, 520, -32),  # north trench
    Area(-400, 60, -300, 520, -32),  # north ladder
    Area(300, -520, 1200, -400, -32),  # south trench
    Area(300, -520, 400, -60, -32),  # south ladder
)


class Weapon(NamedTuple):
    """A weapon: wire name, means of death, seconds between shots, damage to the torso, magazine, seconds to reload,
    the distance in game units at which half the shots of a fair player miss, and pellets in a shot.
    """

    name: str
    mod: str
    fire_interval_s: float
    damage: float
    magazine: int
    reload_s: float
    range_units: float
    pellets: int = 1


ALLIED_WEAPONS: Final = (
    Weapon("M1 Garand", "bullet", 0.28, 62, 8, 2.1, 1300),
    Weapon("Thompson", "bullet", 0.09, 31, 30, 2.3, 620),
    Weapon("BAR", "bullet", 0.13, 46, 20, 2.6, 900),
    Weapon("Springfield", "bullet", 1.4, 105, 5, 3.2, 2600),
    Weapon("Shotgun", "bullet", 0.95, 19, 6, 3.4, 330, pellets=5),
    Weapon("Colt 45", "bullet", 0.3, 34, 7, 1.7, 450),
)
AXIS_WEAPONS: Final = (
    Weapon("Mauser KAR 98K", "bullet", 1.3, 98, 5, 2.6, 1700),
    Weapon("MP40", "bullet", 0.11, 30, 32, 2.3, 600),
    Weapon("StG44", "bullet", 0.12, 38, 30, 2.5, 950),
    Weapon("KAR98 - Sniper", "bullet", 1.4, 104, 5, 3.1, 2600),
    Weapon("Panzerschreck", "rocket", 2.9, 140, 1, 3.6, 900),
    Weapon("Walther P38", "bullet", 0.3, 31, 8, 1.7, 430),
)
WEAPONS: Final = {"allies": ALLIED_WEAPONS, "axis": AXIS_WEAPONS}
GRENADES: Final = {"allies": "M2 Frag Grenade", "axis": "Stielhandgranate"}

# Wire name, engine number (spec/openmohaa.md 1.5), how often of a hundred hits, factor on damage.
HIT_LOCATIONS: Final = (
    ("head", 0, 5, 3.0),
    ("helmet", 1, 4, 2.4),
    ("neck", 2, 3, 2.0),
    ("torso_upper", 3, 20, 1.0),
    ("torso_mid", 4, 18, 0.9),
    ("torso_lower", 5, 11, 0.9),
    ("pelvis", 6, 6, 0.8),
    ("r_arm_upper", 7, 5, 0.6),
    ("l_arm_upper", 8, 5, 0.6),
    ("r_leg_upper", 9, 5, 0.6),
    ("l_leg_upper", 10, 5, 0.6),
    ("r_arm_lower", 11, 3, 0.5),
    ("l_arm_lower", 12, 3, 0.5),
    ("r_leg_lower", 13, 2, 0.5),
    ("l_leg_lower", 14, 2, 0.5),
    ("r_hand", 15, 1, 0.4),
    ("l_foot", 18, 1, 0.4),
)
HIT_LOCATION_WEIGHTS: Final = tuple(share for _, _, share, _ in HIT_LOCATIONS)

FREE_FOR_ALL: Final = "1"
TEAM_GAMETYPES: Final = frozenset("23456")
ROUND_GAMETYPES: Final = frozenset("34")

ROTATION: Final = (
    (STALINGRAD, FREE_FOR_ALL),
    (DESTROYED_VILLAGE, "2"),
    (V2_FACILITY, "4"),
    (SOUTHERN_FRANCE, "3"),
    (THE_BRIDGE, "4"),
    (SOUTHERN_FRANCE, FREE_FOR_ALL),
)
"""Maps and game types (the cvar's digit, spec/openmohaa.md 1.8) in the order a server plays them."""
