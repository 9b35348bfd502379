from __future__ import annotations

from datetime import UTC, datetime, timedelta

from clickhouse.client import ClickHouse
from query.search import EACH_MAX, search
from schema.match_ids import match_uuid
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


async def test_a_match_is_found_by_the_beginning_of_its_ids_its_map_and_its_server(
    clickhouse: ClickHouse,
) -> None:
    ids = [match_uuid(f"match_{number}", "server-1", "") for number in range(3)]
    rows = []
    for number, match_id in enumerate(ids):
        at = {
            "match_id": match_id,
            "match_wire_id": f"Match_{number}00",
            "map_name": ("dm/mohdm6", "obj/obj_team1", "dm/crete")[number],
        }
        when = AT + timedelta(hours=number)
        rows += [
            row("match_start", when, **at),
            kill(when, "x", "y", **{name: at[name] for name in ("match_id", "map_name")}),
        ]
    await store(clickhouse, rows, "t")
    servers = {"server-1": "First server", "b": "Second"}

    async def found(text: str) -> list[str]:
        return [one.id for one in (await search(clickhouse, text, servers)).matches]

    newest_first = [str(one) for one in reversed(ids)]
    assert await found("match_1") == [str(ids[1])]
    assert await found("MATCH_") == newest_first
    assert await found(str(ids[2])[:8].upper()) == [str(ids[2])]
    assert await found(str(ids[0])) == [str(ids[0])]
    assert await found("obj") == [str(ids[1])]
    assert await found("first") == newest_first
    assert await found("second") == []
    # The beginning of nearly everything names nothing.
    assert await found("mat") == []
    [one] = (await search(clickhouse, "match_2", servers)).matches
    assert (one.match_wire_id, one.map_name, one.server_id) == ("Match_200", "dm/crete", "server-1")


async def test_lists_are_bounded(clickhouse: ClickHouse) -> None:
    rows = [row("jump", AT, player_guid=str(n), player_name=f"many{n}") for n in range(30)]
    await store(clickhouse, rows, "t")
    assert len((await search(clickhouse, "many", {})).players) == EACH_MAX
