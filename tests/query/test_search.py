from __future__ import annotations

from datetime import UTC, datetime, timedelta

from clickhouse.client import ClickHouse
from query.search import EACH_MAX, search
from tests.query.rows import kill, row, store

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)


async def test_names_are_found_by_their_beginning_in_any_case(clickhouse: ClickHouse) -> None:
    rows = [
        row("jump", AT, player_guid="1", player_name="Ärger"),
        row("jump", AT, player_guid="2", player_name="ärgerlich"),
        row("jump", AT + timedelta(hours=1), player_guid="3", player_name="ÄRGERE"),
        row("jump", AT, player_guid="4", player_name="kein Ärger"),
        kill(AT, "5", "6", weapon="Thompson", map_name="dm/mohdm6"),
    ]
    await store(clickhouse, rows, "t")
    found = await search(clickhouse, " ärger ", {})
    assert [one.guid for one in found.players] == ["1", "3", "2"]
    assert [one.name for one in (await search(clickhouse, "MOH", {})).maps] == ["dm/mohdm6"]
    assert [one.name for one in (await search(clickhouse, "dm/", {})).maps] == ["dm/mohdm6"]
    assert [one.name for one in (await search(clickhouse, "thom", {})).weapons] == ["Thompson"]
    servers = {"a": "First", "b": "Second"}
    assert [one.id for one in (await search(clickhouse, "sec", servers)).servers] == ["b"]
    assert [one.map_name for one in (await search(clickhouse, "match_1", {})).matches] == []


async def test_strange_texts_find_nothing_and_break_nothing(clickhouse: ClickHouse) -> None:
    for text in ("", "  ", "%", "_", "'", "\\", "\0", "{x:String}", "😀", "x" * 100):
        found = await search(clickhouse, text, {"a": "First"})
        assert (found.players, found.maps, found.weapons, found.servers, found.matches) == (
            [],
            [],
            [],
            [],
            [],
        )


async def test_a_match_is_found_by_its_full_id_and_lists_are_bounded(clickhouse: ClickHouse) -> None:
    rows = [row("match_start", AT, match_wire_id="match_1234"), kill(AT, "x", "y")]
    rows += [row("jump", AT, player_guid=str(n), player_name=f"many{n}") for n in range(30)]
    await store(clickhouse, rows, "t")
    uuid = (await search(clickhouse, "match_1", {})).matches
    assert uuid == []
    assert len((await search(clickhouse, "many", {})).players) == EACH_MAX
