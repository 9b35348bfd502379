"""Who plays: people with names, skill and perhaps a forum login; bots; and what the game knows of each in a match."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from random import Random
from typing import Final

from statline.demo.events import Fields
from statline.demo.world import ORIGIN, Point, Weapon

TEAM_WORDS: Final = {"allies": "american", "axis": "german"}
"""What the entity's team string says on a real server (spec/openmohaa.md 1.7)."""

RANKS: Final = ("Pvt", "Cpl", "Sgt", "Lt", "Cpt", "Major", "Doc", "Old", "Lone", "Red", "Iron", "Silent")
WORDS: Final = (
    "Ryan", "Kain", "Wolf", "Hunter", "Savage", "Recon", "Dawn", "Sights", "Baron", "Fox", "Falcon", "Hammer",
    "Badger", "Miller", "Novak", "Dubois", "Larsen", "Okafor", "Tanaka", "Rossi", "Costa", "Weber", "Kowalski", "Moreau",
)  # fmt: skip
STYLES: Final = ("{rank}_{word}", "{rank} {word}", "^1{rank}^7{word}", "{word}{n}", "[^4{clan}^7] {word}", "-={clan}=- {word}", "{word}&{rank}")  # fmt: skip
CLANS: Final = ("82nd", "BoB", "RGR", "DK", "WLF", "NoS")
BOT_NAMES: Final = ("Hiroshi", "Klaus", "Otto", "Werner", "Emil", "Karl", "Fritz", "Dieter")

FIRST_BOT_SLOT: Final = 32


@dataclasses.dataclass(slots=True)
class Person:
    """Somebody who joins servers: a name as typed, how well they shoot (0-1) and a forum member id (0 = none)."""

    name: str
    skill: float
    member_id: int = 0
    is_bot: bool = False


def random_name(rng: Random) -> str:
    """A player name as people choose them: ranks, clan tags, colour codes, an ampersand now and then."""
    style, rank, word, clan = rng.choice(STYLES), rng.choice(RANKS), rng.choice(WORDS), rng.choice(CLANS)
    return style.format(rank=rank, word=word, clan=clan, n=rng.randrange(10, 99))


def people(rng: Random, first_member_id: int) -> Iterator[Person]:
    """An endless crowd. About every third one is a forum member, with ids counting up from `first_member_id`."""
    names: set[str] = set()
    member_id = first_member_id
    while True:
        name = random_name(rng)
        while name in names:
            name = f"{random_name(rng)}{rng.randrange(100)}"
        names.add(name)
        logged_in = rng.random() < 0.35
        yield Person(
            name, skill=min(0.95, max(0.1, rng.gauss(0.5, 0.18))), member_id=member_id if logged_in else 0
        )
        member_id += logged_in


def bots(rng: Random) -> Iterator[Person]:
    """Bots with the game's stock names; they shoot worse than people."""
    for number in range(1_000_000):
        name = BOT_NAMES[number % len(BOT_NAMES)] + (
            str(number // len(BOT_NAMES) + 1) if number >= len(BOT_NAMES) else ""
        )
        yield Person(name, skill=rng.uniform(0.15, 0.4), is_bot=True)


@dataclasses.dataclass(slots=True)
class Player:
    """A person in a slot of a match: what the engine knows of the entity at this moment."""

    person: Person
    slot: int
    side: str
    weapon: Weapon
    position: Point = ORIGIN
    area: int = 0
    goal_area: int = 0
    goal: Point = ORIGIN
    pitch: float = 0.0
    yaw: float = 0.0
    stance: str = "stand"
    held_weapon: str = "none"
    health: float = 0.0
    ammo: int = 0
    grenades: int = 0
    busy_until_s: float = 0.0
    is_present: bool = True
    logged_in: bool = False
    life: int = 0
    fired: int = 0
    hits: int = 0
    kills: int = 0
    walked_units: float = 0.0
    walked_total_units: float = 0.0

    @property
    def is_alive(self) -> bool:
        return self.is_present and self.health > 0

    @property
    def guid(self) -> str:
        """The member id when logged in, else unauth_<slot> (spec/openmohaa.md 1.3)."""
        return str(self.person.member_id) if self.logged_in else f"unauth_{self.slot}"

    def block(self, prefix: str) -> Fields:
        """The player block under a prefix, in the script's order: name, guid, smf_id, team, position, angles, stance."""
        x, y, z = self.position
        fields: Fields = [(f"{prefix}_name", self.person.name), (f"{prefix}_guid", self.guid)]
        if self.logged_in:
            fields.append((f"{prefix}_smf_id", str(self.person.member_id)))
        fields += [
            (f"{prefix}_team", TEAM_WORDS[self.side]),
            (f"{prefix}_x", f"{x:.3f}"),
            (f"{prefix}_y", f"{y:.3f}"),
            (f"{prefix}_z", f"{z:.3f}"),
            (f"{prefix}_pitch", f"{self.pitch:.3f}"),
            (f"{prefix}_yaw", f"{self.yaw:.3f}"),
            (f"{prefix}_stance", self.stance),
        ]
        return fields
