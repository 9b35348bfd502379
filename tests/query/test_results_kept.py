"""What settling keeps of how matches ended is what views tell, and views are asked when there is more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from clickhouse.client import ClickHouse
from jobs.sequences import SEQUENCES
from jobs.settings import JobsSettings
from jobs.settling import Settling
from query.periods import period
from query.results import MATCHES_MAX, Outcome, matches_of
from query.scope import EVERYTHING, Scope
from query.together import FIGURES
from tests.query.brawls import AT, LATER, a_brawl, settled
from tests.query.rows import a_world, kill, row, store, value

FFA = {"match_id": UUID(int=102), "gametype": "ffa", "map_name": "dm/mohdm6"}
"""The last match of `a_brawl`."""
WEEK = period("week", AT - timedelta(days=19))
SHOWN = ("shown", "rounds")


class Asked:
    """The store, and the queries that it was asked."""

    def __init__(self, clickhouse: ClickHouse) -> None:
        self._clickhouse, self.queries = clickhouse, list[str]()

    async def rows(self, query: str, parameters: Mapping[str, object] = {}) -> list[dict[str, Any]]:
        self.queries.append(query)
        return await self._clickhouse.rows(query, parameters)


def bound(*guids: str, scope: Scope = EVERYTHING) -> dict[str, object]:
    return {**scope.parameters(), "guids": list(guids)}


async def of_views(clickhouse: ClickHouse, asked: Mapping[str, object]) -> list[dict[str, Any]]:
    rows = await clickhouse.rows(
        "player_results", {**asked, FIGURES: (*SHOWN, "alone"), "matches_max": MATCHES_MAX}
    )
    return sorted(rows, key=lambda match: (match["began"], match["id"]))


async def told(clickhouse: ClickHouse, asked: Mapping[str, object]) -> tuple[list[dict[str, Any]], list[str]]:
    """What matches_of tells, in the columns of player_results.sql, and which queries it asked."""
    recorder = Asked(clickhouse)
    found = await matches_of(recorder, asked, *SHOWN)
    extra = {"events", "last_seen"}
    return [{k: v for k, v in match.items() if k not in extra} for match in found], recorder.queries


async def test_what_is_kept_is_what_views_tell_in_every_scope(clickhouse: ClickHouse) -> None:
    rows = a_world(5, 2500)
    await settled(clickhouse, rows)
    outcomes = set[int]()
    for guid in sorted({value(of, "player_guid") for of in rows} - {""})[::6]:
        for scope in (
            EVERYTHING,
            Scope(period=WEEK),
            Scope(server_id="server-2", gametype="tdm"),
            Scope(map_name="dm/mohdm6"),
        ):
            asked = bound(guid, scope=scope)
            matches, queries = await told(clickhouse, asked)
            assert "player_results" not in queries, (guid, scope)
            assert matches == await of_views(clickhouse, asked), (guid, scope)
            outcomes |= {match["outcome"] for match in matches}
    assert outcomes >= set(Outcome) - {Outcome.WON_ALONE}


async def test_views_are_asked_about_a_player_who_was_seen_since(clickhouse: ClickHouse) -> None:
    await settled(clickhouse, a_brawl(5))
    at = AT + timedelta(hours=2, minutes=1)
    since = {
        "1": row("jump", at, player_guid="1", **FFA),
        "2": kill(at, "", "2", **FFA),
        "3": row("damage", LATER, player_guid="4", target_guid="3", damage=10.0, **FFA),
        "4": row("jump", LATER, player_guid="4", match_id=UUID(int=103), gametype="ffa"),
    }
    for guid, event in since.items():
        await store(clickhouse, [event], f"since-{guid}")
    for guid in (*since, "5"):
        matches, queries = await told(clickhouse, bound(guid))
        assert ("player_results" in queries) == (guid in since), guid
        if guid in since:
            assert matches == await of_views(clickhouse, bound(guid)), guid


async def test_who_won_by_late_events_of_others_is_told_from_the_next_settling_on(
    clickhouse: ClickHouse,
) -> None:
    at = AT + timedelta(hours=2)
    ended = row("match_end", at + timedelta(minutes=9), **FFA)
    await settled(clickhouse, [kill(at, "1", "2", **FFA), kill(at, "3", "2", **FFA), ended])
    [match], _ = await told(clickhouse, bound("1"))
    assert match["outcome"] == Outcome.WON_ALONE
    await store(clickhouse, [kill(at + timedelta(seconds=9), "3", "2", **FFA)], "late")
    again = LATER + timedelta(hours=2)
    assert await Settling(clickhouse, JobsSettings(), [SEQUENCES], lambda: again).run() == 1
    [match], queries = await told(clickhouse, bound("1"))
    assert match["outcome"] == Outcome.LOST_ALONE
    assert "player_results" not in queries


async def test_several_ids_of_one_person_are_asked_of_views(clickhouse: ClickHouse) -> None:
    await settled(clickhouse, a_brawl(5))
    both = bound("1", "2")
    matches, queries = await told(clickhouse, both)
    assert queries == ["player_results"]
    assert matches == await of_views(clickhouse, both)


async def test_a_running_match_is_not_kept_though_it_is_settled_now_and_then(clickhouse: ClickHouse) -> None:
    endless: Sequence[list[Any]] = [
        row("jump", LATER - timedelta(hours=hour), player_guid="1", **FFA) for hour in range(9)
    ]
    await settled(clickhouse, [*endless])
    settlings = await clickhouse.rows_of("SELECT match_id FROM settled_matches")
    assert [match["match_id"] for match in settlings] == [FFA["match_id"]]
    assert await clickhouse.rows_of("SELECT * FROM match_results") == []
