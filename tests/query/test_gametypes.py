from __future__ import annotations

from datetime import UTC, datetime

from clickhouse.client import ClickHouse
from query.gametypes import gametype_list, gametype_page, gametypes
from query.periods import between
from query.scope import Scope
from tests.query.conftest import Stored
from tests.query.oracle import by_match, players_of
from tests.query.oracle_places import seen_between
from tests.query.rows import kill, store

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
MONTH = datetime(2026, 11, 1, tzinfo=UTC)


async def test_the_list_is_the_recount_of_every_scope(world: Stored) -> None:
    for asked, events in (
        (Scope(), world.events),
        (Scope(server_id="server-1"), [e for e in world.events if e["server_id"] == "server-1"]),
        (Scope(map_name="dm/mohdm6"), [e for e in world.events if e["map_name"] == "dm/mohdm6"]),
        (Scope(period=between(MONTH, None)), seen_between(world.events, MONTH, None)),
    ):  # fmt: skip
        listed = {item.id: item for item in await gametypes(world.clickhouse, asked)}
        people = {
            name: players_of([e for e in events if e["gametype"] == name])
            for name in {e["gametype"] for e in events}
        }
        assert set(listed) == {name for name, seen in people.items() if seen}
        for name, item in listed.items():
            of_type = [e for e in events if e["gametype"] == name]
            assert item.total_kills == sum(e["kill_kind"] == "kill" for e in of_type)
            assert item.total_deaths == sum(bool(e["kill_kind"]) for e in of_type)
            assert item.unique_players == item.total_players == len(people[name])
            played = [match for match in by_match(of_type).values() if players_of(match)]
            assert item.total_matches == item.matches_played == len(played)
            assert item.map_count == len({match[0]["map_name"] for match in played})


async def test_one_game_type_answers_to_any_word_for_it(world: Stored) -> None:
    listed = {item.id: item for item in await gametypes(world.clickhouse)}
    for word, meant in (("ffa", "ffa"), ("dm", "ffa"), ("1", "ffa"), ("TDM", "tdm"), ("objective", "obj")):
        page = await gametype_page(world.clickhouse, word)
        assert page
        for field in ("id", "name", "description", "icon", "total_kills", "unique_players", "map_count"):
            assert getattr(page, field) == getattr(listed[meant], field)
        assert sum(one.kills for one in page.maps) == page.total_kills
        assert len(page.maps) == page.map_count
    assert await gametype_page(world.clickhouse, "chess") is None


async def test_a_game_type_nobody_played_has_zeros_and_unknown_ones_are_other(clickhouse: ClickHouse) -> None:
    page = await gametype_page(clickhouse, "ctf")
    assert page
    assert (page.name, page.total_kills, page.maps) == ("Capture the Flag", 0, [])
    await store(clickhouse, [kill(AT, "1", "2", gametype="")], "t")
    [item] = await gametypes(clickhouse)
    other = await gametype_page(clickhouse, "other")
    assert other
    assert (
        (item.id, item.name, item.total_kills)
        == (other.id, other.name, other.total_kills)
        == ("other", "Other", 1)
    )
    assert {one.id for one in gametype_list().gametypes} >= {"ffa", "tdm", "obj", "lib", "ctf", "other"}
