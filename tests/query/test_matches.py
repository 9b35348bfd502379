from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from clickhouse.client import ClickHouse
from query.cursors import InvalidCursor, cursor
from query.matches import match, match_total, matches
from query.periods import between
from query.scope import EVERYTHING, Scope
from schema.columns import Row
from schema.match_ids import match_uuid
from tests.query.conftest import Stored
from tests.query.oracle import by_match, day_stats, last, players_of, winner_of
from tests.query.rows import kill, milliseconds, row, store

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
NAMES = {"server-1": "First"}


async def test_every_match_has_the_scoreboard_of_a_recount(world: Stored) -> None:
    for uuid, events in by_match(world.events).items():
        found = await match(world.clickhouse, uuid, NAMES)
        assert found
        assert {row.player_id for row in found.scoreboard} == players_of(events)
        for row_ in found.scoreboard:
            counted = day_stats(events, row_.guid)
            acted = [e["event_time"] for e in events if e["player_guid"] == row_.guid]
            for name in ("kills", "bot_kills", "deaths", "headshots", "suicides", "shots_fired", "shots_hit"):
                assert getattr(row_, name) == counted[name]
            assert row_.team_kills == counted["teamkills"]
            assert row_.team == last(events, row_.guid, "team")
            assert row_.damage_dealt == pytest.approx(counted["damage"], abs=0.001)
            assert row_.playtime_seconds == pytest.approx((max(acted) - min(acted)) / 1000 if acted else 0)
        summary = found.summary
        assert summary.total_kills == sum(row_.kills for row_ in found.scoreboard)
        assert summary.total_deaths == sum(row_.deaths for row_ in found.scoreboard)
        assert summary.unique_players == len(found.scoreboard)
        assert summary.winning_team == winner_of(events)
        assert summary.map_name == events[0]["map_name"]
        assert summary.max_players == 16
        assert milliseconds(summary.started_at) == min(e["event_time"] for e in events)
        assert summary.is_finished == any(e["event_type"] == "match_end" for e in events)
        wire_id = events[0]["match_wire_id"]
        assert found.match_wire_id == wire_id
        assert await match(world.clickhouse, wire_id, NAMES) == found
        assert await match(world.clickhouse, uuid.upper(), NAMES) == found


async def test_the_list_holds_every_match_newest_first_in_pages(world: Stored) -> None:
    expected = by_match(world.events)
    listed = await matches(world.clickhouse, NAMES, limit=100)
    assert {item.id for item in listed} == set(expected)
    assert [item.start_time for item in listed] == sorted((i.start_time for i in listed), reverse=True)
    assert (await match_total(world.clickhouse)).total == len(expected)
    for item in listed:
        events = expected[item.id]
        times = [e["event_time"] for e in events]
        assert item.player_count == len(players_of(events))
        assert item.kills == sum(e["kill_kind"] == "kill" for e in events)
        assert item.duration == pytest.approx((max(times) - min(times)) / 1000)
        assert item.server_name == NAMES.get(item.server_id, "Unknown Server")
    paged = [
        item
        for offset in range(0, 9, 3)
        for item in await matches(world.clickhouse, NAMES, limit=3, offset=offset)
    ]
    assert paged == listed


async def test_a_match_nobody_heard_of_is_none(clickhouse: ClickHouse) -> None:
    assert await match(clickhouse, "match_1", {}) is None
    assert await matches(clickhouse, {}) == []
    assert (await match_total(clickhouse)).total == 0


async def test_an_empty_map_is_no_match_of_the_list(clickhouse: ClickHouse) -> None:
    await store(clickhouse, [row("map_init", AT), row("heartbeat", AT)], "t")
    assert await matches(clickhouse, {}) == []
    assert (await match_total(clickhouse)).total == 0


async def test_sessions_without_matches_are_kept_apart(clickhouse: ClickHouse) -> None:
    sessions = [("server-1", "a"), ("server-1", "b"), ("server-2", "a")]
    rows = [
        kill(AT, "1", "2", server_id=server, session_id=session, match_wire_id="no_match",
             match_id=match_uuid("no_match", server, session))
        for server, session in sessions
    ]  # fmt: skip
    await store(clickhouse, rows, "t")
    assert len(await matches(clickhouse, {})) == 3


async def test_a_late_event_changes_its_match(clickhouse: ClickHouse) -> None:
    await store(clickhouse, [kill(AT + timedelta(hours=3), "1", "2")], "a")
    await store(clickhouse, [kill(AT, "3", "1")], "b")
    [item] = await matches(clickhouse, {})
    assert (item.kills, item.player_count, item.duration) == (2, 3, 3 * 3600)
    found = await match(clickhouse, item.id, {})
    assert found
    assert [row_.kills for row_ in found.scoreboard] == [1, 1, 0]


async def test_filters_leave_the_matches_that_fit(world: Stored) -> None:
    expected = by_match(world.events)
    began = {uuid: min(e["event_time"] for e in events) for uuid, events in expected.items()}
    border = datetime(2026, 11, 1, tzinfo=UTC)
    for asked, fits in (
        (Scope(server_id="server-2"), lambda e: e["server_id"] == "server-2"),
        (Scope(map_name="dm/mohdm6"), lambda e: e["map_name"] == "dm/mohdm6"),
        (Scope(gametype="obj", server_id="server-1"), lambda e: (e["gametype"], e["server_id"]) == ("obj", "server-1")),
        (Scope(period=between(None, border)), lambda e: began[str(e["match_id"])] < milliseconds(border)),
        (Scope(period=between(border, None)), lambda e: began[str(e["match_id"])] >= milliseconds(border)),
    ):  # fmt: skip
        wanted = {uuid for uuid, events in expected.items() if fits(events[0])}
        assert 0 < len(wanted) < len(expected)
        assert {item.id for item in await matches(world.clickhouse, NAMES, asked)} == wanted
        assert (await match_total(world.clickhouse, asked)).total == len(wanted)
    for guid in ("40", "45", "nobody"):
        wanted = {uuid for uuid, events in expected.items() if guid in players_of(events)}
        assert {item.id for item in await matches(world.clickhouse, NAMES, player=guid)} == wanted
        assert (await match_total(world.clickhouse, player=guid)).total == len(wanted)


async def test_cursors_walk_the_whole_list_though_new_matches_come(clickhouse: ClickHouse) -> None:
    def played(number: int, at: datetime) -> Row:
        return kill(at, "1", "2", match_id=match_uuid(f"m{number}", "server-1", ""))

    # Five begin in the same millisecond: the id breaks the tie.
    await store(clickhouse, [played(n, AT + timedelta(hours=max(0, n - 4))) for n in range(9)], "a")
    listed = [item.id for item in await matches(clickhouse, {})]
    walked, after = [], ""
    while page := await matches(clickhouse, {}, after=after, limit=2):
        walked += [item.id for item in page]
        after = page[-1].cursor
        await store(clickhouse, [played(100 + len(walked), AT + timedelta(days=1, hours=len(walked)))], after)
    assert walked == listed


@pytest.mark.parametrize(
    "keys", [(0, "x"), (5, "no uuid"), (-5, str(match_uuid("m", "", ""))), (1 << 70, "x")]
)
async def test_a_made_up_cursor_is_refused(clickhouse: ClickHouse, keys: tuple[int, str]) -> None:
    for made_up in (cursor(f"matches//{EVERYTHING.key()}", keys), cursor("another list", (5, "x")), "%%%"):
        with pytest.raises(InvalidCursor):
            await matches(clickhouse, {}, after=made_up)
