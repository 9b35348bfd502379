"""Cards: the three best players of each of 67 figures, from what is kept of all players (query/standings.py) or in three scans (spec/openmohaa.md 7.4)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from clickhouse.client import ClickHouse
from query.board_pages import people_as_kept
from query.rankings import BY_SPAN, Person, people, scope_parameters
from query.ratios import METRES_PER_UNIT
from query.scope import EVERYTHING, Scope
from query.standings import SCORE, leaders
from schema.answers.leaderboards import Card

Best = Sequence[tuple[float, str]]
"""(value, guid) of at most three players, best first."""

COUNTED: Final = (
    "kills", "deaths", "kd", "headshots", "accuracy", "headshot_ratio", "damage", "bash_kills", "grenade_kills", "roadkills",
    "telefrags", "crushed", "teamkills", "suicides", "shots_fired", "stormtrooper", "reloads", "weapon_swaps", "no_ammo",
    "items_picked", "distance", "sprinted", "swam", "driven", "jumps", "ladders", "camper", "health_picked", "ammo_picked",
    "armor_picked", "objectives_done", "vehicle_enter", "turret_enter", "vehicle_kills", "chat_msgs", "spectating",
    "doors_opened", "verticality", "the_architect", "road_rage", "bot_bully", "crouch_time", "prone_time",
)  # fmt: skip
"""In the order of cards_counted.sql."""
DECIDED: Final = ("wins", "ffa_wins", "team_wins", "losses", "rounds_played", "games_finished", "pacifist")
"""In the order of cards_decided.sql."""
SWISS: Final = "swiss_army_knife"
BEST_OF_EACH: Final = 3

STANDINGS: Final[Mapping[str, str]] = {
    "kd": "kd_ratio", "objectives_done": "objectives", "bot_bully": "bot_kills", "rounds_played": "rounds", "games_finished": "games",
}  # fmt: skip
"""Card -> its name among the standings, where that differs."""

SAME: Final[Mapping[str, str]] = {
    "executioner": "headshots", "trigger_happy": "shots_fired", "gravedigger": "bash_kills",
    "demolitionist": "grenade_kills", "marathon": "distance", "bunny_hopper": "jumps", "looter": "items_picked",
    "medic": "health_picked", "loot_goblin": "items_picked", "watcher": "spectating", "door_opener": "doors_opened",
    "ocd_reloading": "reloads", "fireman": "ladders", "sneaky": "crouch_time", "chatterbox": "chat_msgs",
    "butterfingers": "the_architect",
}  # fmt: skip
"""Card -> the card whose figure it shows under another name. The original's `butterfingers` was always 0; here it is
what was dropped, as for `the_architect`."""

KEYS: Final = frozenset((*COUNTED, *DECIDED, SWISS, *SAME))

_PERCENT: Final = frozenset(["accuracy", "headshot_ratio"])
_METRES: Final = frozenset(["distance", "sprinted", "swam", "driven", "marathon"])


async def cards(store: ClickHouse, scope: Scope = EVERYTHING) -> dict[str, list[Card]]:
    """Card -> its best players, best first; those without anything of it are left out.

    `swiss_army_knife` (different weapons killed with) knows the days of the scope, not its places: with a server, map, game type
    or part of the day it is empty. The scope's weapon and minimum sample do not matter.
    """
    kept = await _kept(store, scope)
    best = kept or await _of_all(store, scope)
    best |= {key: best.get(shown, ()) for key, shown in SAME.items()}
    guids = sorted({guid for one in best.values() for _, guid in one})
    named = await (people_as_kept if kept else people)(store, guids, scope.game)
    return {key: _cards(key, best.get(key, ()), named) for key in sorted(KEYS)}


async def _kept(store: ClickHouse, scope: Scope) -> dict[str, Best]:
    """As query.standings keeps them; nothing: ask all players."""
    asked = {key: STANDINGS.get(key, key) for key in (*COUNTED, *DECIDED, SWISS)}
    stats = sorted(set(asked.values()))
    found = await leaders(
        store, stats, replace(scope, weapon="", sample_min=None), offset=0, limit=BEST_OF_EACH
    )
    if not found:
        return {}
    return {
        key: [(score / SCORE, guid) for score, guid in found[stat].leaders] for key, stat in asked.items()
    }


async def _of_all(store: ClickHouse, scope: Scope) -> dict[str, Best]:
    parameters = scope_parameters(scope)
    counted, decided, swiss = await asyncio.gather(
        store.rows("cards_counted", parameters),
        store.rows("cards_decided", {**parameters, "source": BY_SPAN}),
        _swiss(store, scope),
    )
    return {
        **_best(COUNTED, counted[0]["best"] if counted else []),
        **_best(DECIDED, decided[0]["best"] if decided else []),
        SWISS: swiss,
    }


def _best(keys: Sequence[str], lists: Sequence[Sequence[tuple[float, str]]]) -> dict[str, Best]:
    return {
        key: [(-value, guid) for value, guid in found if value < 0]
        for key, found in zip(keys, lists, strict=False)
    }


async def _swiss(store: ClickHouse, scope: Scope) -> Best:
    if not scope.by_days:
        return ()
    rows = await store.rows("cards_weapons", scope.parameters())
    return [(row["value"], row["player_guid"]) for row in rows]


def _cards(key: str, best: Best, named: Mapping[str, Person]) -> list[Card]:
    text = formatter(key)
    return [Card(player_id=guid, player_name=named[guid].name, value=text(value)) for value, guid in best]


def formatter(key: str) -> Callable[[float], str]:
    """How a card shows its value: ratios with two decimals, percents with one, distances in whole metres, else whole."""
    if key == "kd":
        return lambda value: f"{value:.2f}"
    if key in _PERCENT:
        return lambda value: f"{value:.1f}%"
    if key in _METRES:
        return lambda value: f"{value * METRES_PER_UNIT:.0f}m"
    return lambda value: f"{value:.0f}"
