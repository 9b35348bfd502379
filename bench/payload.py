"""Request bodies as OpenMOHAA servers send them, made from the specification's sample events.

The mix is that of the recorded match (shared/measurements.md 9): kill 5 %, damage 17, weapon_fire 35,
weapon_hit 17, distance 26; 400 players in 24 matches, random coordinates. Where a body holds the marker, the
load generator puts a number that never repeats: a repeated line would be dropped as a duplicate (R14).
"""

from __future__ import annotations

import json
import random
import time
import urllib.parse
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

MARKER: Final = "@@"
SAMPLES: Final = Path(__file__).parent.parent / "tests" / "samples" / "openmohaa" / "events.json"
MIX: Final = {"player_kill": 5, "damage": 17, "weapon_fire": 35, "weapon_hit": 17, "distance": 26}
PLAYERS: Final = 400
FIRST_PLAYER: Final = 1000
"""Their guids are the numbers from here on."""
MATCHES: Final = 24
_FIRST_MATCH: Final = int(time.time())
"""Of each run its own: a match that went on from run to run in a kept data folder would be an endless one."""
_BLOCKS: Final = ("player", "attacker", "victim", "target")

Event = dict[str, str]


def events(count: int, seed: int = 1) -> list[Event]:
    """`count` events with the marker as their timestamp."""
    rng = random.Random(seed)
    samples: list[dict[str, Any]] = json.loads(SAMPLES.read_text(encoding="utf-8"))
    by_type = {sample["type"]: sample for sample in samples}
    kinds = rng.choices(list(MIX), weights=list(MIX.values()), k=count)
    return [_varied(by_type[kind], rng) for kind in kinds]


def _varied(sample: dict[str, Any], rng: random.Random) -> Event:
    match = _FIRST_MATCH + rng.randrange(MATCHES)
    event = {key: str(value) for key, value in sample.items()}
    event["match_id"] = f"match_{match:016x}"
    event["session_id"] = f"sess_{match:016x}"
    event["timestamp"] = MARKER
    for block in _BLOCKS:
        if f"{block}_guid" in event:
            player = rng.randrange(PLAYERS)
            event[f"{block}_guid"] = f"{FIRST_PLAYER + player}"
            event[f"{block}_name"] = f"Player {player}"
            for axis, reach in (("x", 4000), ("y", 4000), ("z", 300)):
                event[f"{block}_{axis}"] = f"{rng.uniform(-reach, reach):.3f}"
    return event


def url_line(event: Event) -> str:
    """As the legacy scripts write it."""
    return "&".join(
        f"{key}={value if value == MARKER else urllib.parse.quote_plus(value, safe='/')}"
        for key, value in event.items()
    )


def single_lines(count: int) -> list[str]:
    """S1: one URL-encoded event a body."""
    return [url_line(event) for event in events(count)]


def json_arrays(count: int, size: int = 20) -> list[str]:
    """S2: `size` events in a JSON array, as the scripts send."""
    made = events(count * size)
    return [json.dumps(made[i : i + size], separators=(",", ":")) for i in range(0, len(made), size)]


def url_bodies(count: int, size: int = 100) -> list[str]:
    """S3: `size` URL-encoded lines a body. Written with an escaped newline, since a body file has one a line."""
    made = [url_line(event) for event in events(count * size)]
    return ["\\n".join(made[i : i + size]) for i in range(0, len(made), size)]


def write_bodies(path: Path, bodies: list[str]) -> None:
    """One body a line, for post.lua."""
    path.write_text("\n".join(bodies) + "\n", encoding="utf-8")


SHAPES: Final[dict[str, tuple[Callable[[int], list[str]], int, int]]] = {
    "single": (single_lines, 4000, 1),
    "array20": (json_arrays, 1000, 20),
    "lines100": (url_bodies, 300, 100),
}
"""Shape of a body -> how to make them, how many in rotation, events in each."""
