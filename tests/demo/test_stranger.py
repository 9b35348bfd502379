"""Strangers' input, read by statline's own reader and counting rules, against the simulator's totals."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

import pytest

from ingest.context import Context
from ingest.decode import Decoder
from ingest.enrich import Enricher
from ingest.formats import count_events, split_report
from schema.columns import INDEX, Row
from statline.demo.fleet import DemoOptions, DemoServer, Spelling
from statline.demo.run import Run

STARTED_AT_S = 1_790_000_000.0


def read(run: Run, number: int, spelling: Spelling) -> list[Row]:
    """The rows of a server's first match: split, decoded, repeated lines of earlier requests out, enriched."""
    decoder, enricher, seen = Decoder(), Enricher(Context()), set[bytes]()
    rows: list[Row] = []
    ids, requests = next(DemoServer(run.options, number, spelling).matches())
    counted = run.begin(ids)
    for request in requests:
        run.acknowledge(counted, request, count_events(request.body))
        events = [event for event in split_report(request.body).events if event.raw not in seen]
        seen.update(event.raw for event in events)
        fresh = [decoder.decode(event) for event in events]
        enricher.fill(fresh, "server", int(STARTED_AT_S * 1000) + request.due_ms)
        rows += fresh
    return rows


def counts_of(rows: list[Row]) -> dict[str, dict[str, Any]]:
    """Counts by wire guid, as filters on the columns that the rules fill."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    damage: dict[str, float] = defaultdict(float)
    weapons: dict[str, Counter[str]] = defaultdict(Counter)
    names = {"kill": "kills", "suicide": "suicides", "team_kill": "teamkills", "bot": "bot_kills"}
    for row in rows:
        kind, kill_kind = row[INDEX["event_type"]], row[INDEX["kill_kind"]]
        player, target = (row[INDEX[name]].split("@")[0] for name in ("player_guid", "target_guid"))
        if kind in {"player_kill", "bot_killed"}:
            counts[target]["deaths"] += 1
            if kill_kind in names:
                counts[player][names[kill_kind]] += 1
            if kill_kind == "kill":
                counts[player]["headshots"] += row[INDEX["hitloc"]] in {"head", "helmet"}
                weapons[player][row[INDEX["weapon"]]] += 1
        elif kind == "damage" and player not in {"", target}:
            damage[player] += row[INDEX["damage"]]
        elif kind in {"weapon_fire", "weapon_hit"}:
            counts[player]["shots_fired" if kind == "weapon_fire" else "shots_hit"] += 1
    return {
        guid: {
            **{name: count for name, count in counts[guid].items() if count},
            "damage_dealt": round(damage[guid], 3),
            "weapon_kills": dict(weapons[guid]),
        }
        for guid in {*counts, *damage}
    }


@pytest.mark.parametrize("spelling", ["stranger", "json", "form"])
@pytest.mark.parametrize("number", range(4))
def test_statlines_reader_arrives_at_the_same_totals(number: int, spelling: Spelling) -> None:
    run = Run(DemoOptions(seed=21, players=12, match_s=200.0, started_at_unix_s=STARTED_AT_S))
    rows = read(run, number, spelling)
    expected = run.expected("")
    players = expected["dedup"]["players"] if "dedup" in expected else expected["players"]
    assert run.mismatches == []
    found = counts_of(rows)
    for guid, player in players.items():
        counts = found.pop(guid, {})
        got = {name: counts.get(name, type(value)()) for name, value in player.items() if name in COMPARED}
        assert got == {name: player[name] for name in COMPARED}, guid
    assert not found
    assert Counter(row[INDEX["event_type"]] for row in rows) == expected["event_types"]


COMPARED = (
    "kills", "deaths", "headshots", "suicides", "teamkills", "bot_kills", "shots_fired", "shots_hit", "damage_dealt",
    "weapon_kills",
)  # fmt: skip


def test_a_stranger_repeats_and_refuses_enough_to_matter() -> None:
    run = Run(DemoOptions(seed=21, players=12, match_s=200.0, started_at_unix_s=STARTED_AT_S))
    read(run, 0, "stranger")
    expected = run.expected("")
    assert expected["rejected"] > 20
    assert expected["dedup"]["lines_repeated"] > 20
    assert expected["accepted_lines_as_sent"] == expected["lines"] - expected["rejected"]
