from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest

from clickhouse.client import ClickHouse
from query.periods import between
from query.scope import Scope
from query.teams import map_balances, team_performance
from schema.answers.teams import TeamFigures
from tests.query.conftest import Stored
from tests.query.oracle import Event, by_match, players_of, winner_of
from tests.query.oracle_places import seen_between
from tests.query.rows import kill, row, store

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
MONTH = datetime(2026, 11, 1, tzinfo=UTC)


def recounted(events: list[Event], team: str) -> tuple[int, int, int, int]:
    """Kills, deaths, headshots and objectives of a team, with the teams that the events name."""
    of_type = [e for e in events if e["gametype"] != "ffa"]
    armed = [e for e in of_type if e["kill_kind"] == "kill" and e["player_team"] == team]
    return (
        len(armed),
        sum(bool(e["kill_kind"]) and e["target_team"] == team for e in of_type),
        sum(e["hitloc"] in ("head", "helmet") for e in armed),
        sum(e["event_type"].startswith("objective_") and e["player_team"] == team for e in of_type),
    )


def told(figures: TeamFigures) -> tuple[int, int, int, int]:
    return figures.kills, figures.deaths, figures.headshots, figures.objectives_done


async def test_both_teams_are_a_recount_in_every_scope(world: Stored) -> None:
    for asked, events in (
        (Scope(), world.events),
        (Scope(server_id="server-1"), [e for e in world.events if e["server_id"] == "server-1"]),
        (Scope(gametype="obj"), [e for e in world.events if e["gametype"] == "obj"]),
        (Scope(period=between(MONTH, None)), seen_between(world.events, MONTH, None)),
    ):  # fmt: skip
        found = await team_performance(world.clickhouse, asked)
        wins = Counter(
            winner_of(match)
            for uuid, match in by_match([e for e in world.events if e["gametype"] != "ffa"]).items()
            if _fits(match, asked)
        )
        for team, other in (("allies", "axis"), ("axis", "allies")):
            figures = getattr(found, team)
            assert told(figures) == recounted(events, team)
            assert (figures.wins, figures.losses) == (wins[team], wins[other])
            decided = wins[team] + wins[other]
            assert figures.win_rate == pytest.approx(100 * wins[team] / decided if decided else 0)
            assert figures.top_weapon in _best_weapons(events, team)


def _fits(match: list[Event], asked: Scope) -> bool:
    began = min(e["event_time"] for e in match) / 1000
    return (
        asked.server_id in ("", match[0]["server_id"])
        and asked.gametype in ("", match[0]["gametype"])
        and asked.period.since.timestamp() <= began < asked.period.until.timestamp()
    )


def _best_weapons(events: list[Event], team: str) -> set[str]:
    kills = Counter(
        e["weapon"]
        for e in events
        if e["kill_kind"] == "kill" and e["player_team"] == team and e["gametype"] != "ffa"
    )
    return {weapon for weapon, count in kills.items() if count == max(kills.values())} or {""}


async def test_the_balance_of_maps_adds_up_to_all(world: Stored) -> None:
    both, listed = await team_performance(world.clickhouse), await map_balances(world.clickhouse)
    for team in ("allies", "axis"):
        summed = [getattr(one, team) for one in listed]
        assert sum(one.kills for one in summed) == getattr(both, team).kills
        assert sum(one.wins for one in summed) == getattr(both, team).wins
    played = [m for m in by_match(world.events).values() if m[0]["gametype"] != "ffa" and players_of(m)]
    assert Counter({one.map_name: one.matches for one in listed}) == Counter(m[0]["map_name"] for m in played)


async def test_an_objective_without_a_player_counts_for_the_team_that_is_named(
    clickhouse: ClickHouse,
) -> None:
    rows = [
        row("objective_capture", AT, gametype="obj", attributes={"capturing_team": "axis"}),
        row("objective_capture", AT, gametype="obj", player_guid="1", player_team="allies"),
        row("objective_update", AT, gametype="obj"),
        kill(AT, "1", "2", gametype="ffa", player_team="allies", target_team="allies"),
    ]
    await store(clickhouse, rows, "t")
    found = await team_performance(clickhouse)
    assert (found.axis.objectives_done, found.allies.objectives_done) == (1, 1)
    assert (found.allies.kills, found.allies.top_weapon) == (0, "")
    empty = await team_performance(clickhouse, Scope(map_name="nowhere"))
    assert told(empty.axis) == told(empty.allies) == (0, 0, 0, 0)
