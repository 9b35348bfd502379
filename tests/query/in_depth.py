"""The answers in depth about one player beside their recount, figure by figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from clickhouse.client import ClickHouse
from query import player_combos, player_depth, player_peaks, player_world
from schema.answers.players_advanced import ComboMetrics
from tests.query import depth_oracle
from tests.query.oracle import Event


async def all_is_a_recount(clickhouse: ClickHouse, events: Sequence[Event], guid: str) -> set[str]:
    """Assert that every figure about a player is the recount's; the names of those that are not 0 or empty."""
    recount = depth_oracle.Player(events, guid)
    deep = msgspec.to_builtins(await player_depth.deep_stats(clickhouse, guid))
    deep["weapons"] = {weapon["name"]: weapon for weapon in deep["weapons"]}
    peak = msgspec.to_builtins(await player_peaks.peak_performance(clickhouse, guid))
    _is_one_with_most_kills(peak.pop("best_weapon"), deep["weapons"])
    combos = _combos(await player_combos.combos(clickhouse, guid))
    happened: set[str] = set()
    for name, answered, counted in (
        ("deep", deep, depth_oracle.deep(recount)),
        ("vehicles", await player_world.vehicles(clickhouse, guid), depth_oracle.vehicles(recount)),
        ("game flow", await player_world.game_flow(clickhouse, guid), depth_oracle.game_flow(recount)),
        ("world", await player_world.world(clickhouse, guid), depth_oracle.world(recount)),
        ("peaks", peak, depth_oracle.peaks(recount)),
        ("combos", combos, depth_oracle.combos(recount)),
    ):
        said, wanted = _leaves(msgspec.to_builtins(answered)), _leaves(counted)
        assert said.keys() == wanted.keys(), (guid, name)
        for path, figure in said.items():
            assert figure == pytest.approx(wanted[path], abs=0.011), (guid, name, path)
            happened |= {path.rpartition("/")[2]} if figure else set()
    return happened


def _is_one_with_most_kills(best: dict[str, Any] | None, weapons: dict[str, dict[str, Any]]) -> None:
    most = max((weapon["kills"] for weapon in weapons.values()), default=0)
    assert (best is None) == (most == 0)
    if best is not None:
        assert best["kills"] == weapons[best["weapon_name"]]["kills"] == most


def _combos(combos: ComboMetrics) -> dict[str, Any]:
    """As `depth_oracle.combos` has them."""
    same = (
        "bunny_hop_efficiency", "scavenger_score", "pickup_to_kill_ratio", "objective_focus", "consistency_matches",
    )  # fmt: skip
    return {
        **{name: getattr(combos, name) for name in same},
        "weapon_on_map": {one.map_name: (one.kills, one.kd_ratio) for one in combos.weapon_on_map},
        "victim_patterns": [
            (one.victim_guid, one.kills, one.deaths_to, one.favorite_weapon) for one in combos.victim_patterns
        ],
        "killer_patterns": [
            (one.killer_guid, one.kills_against, one.deaths_to, one.most_used_weapon)
            for one in combos.killer_patterns
        ],
        "distance_by_weapon": {
            one.weapon_name: [one.avg_distance, one.max_distance, one.min_distance]
            for one in combos.distance_by_weapon
        },
        "hitloc_by_weapon": {
            one.weapon_name: [one.head_pct, one.torso_pct, one.limb_pct] for one in combos.hitloc_by_weapon
        },
        "team_wins_rate": combos.signature.clutch_rate,
    }


def _leaves(answer: Any, path: str = "") -> dict[str, Any]:
    """Path -> each figure within an answer; of what is empty its size."""
    if not isinstance(answer, dict | list | tuple):
        return {path: answer}
    parts = answer.items() if isinstance(answer, dict) else enumerate(answer)
    found = {leaf: figure for name, part in parts for leaf, figure in _leaves(part, f"{path}/{name}").items()}
    return found or {path: 0}
