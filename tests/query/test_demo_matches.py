"""Fifty matches of the demo, and made-up ones with what the demo seldom does: every answer equals a recount in plain Python.

They are stored twice: in order, and in pieces of another size, shuffled, some of them sent again. Both must say the same.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from clickhouse.client import ClickHouse
from clickhouse.migrate import migrate
from clickhouse.settings import ClickHouseSettings
from jobs.sequences import SEQUENCES
from jobs.settling import settle_everything
from query import (
    leaderboards,
    maps,
    matches,
    player_bots,
    player_combos,
    player_depth,
    player_peaks,
    player_sums,
    player_world,
    players,
    rankings,
    records,
    teams,
    weapons,
)
from query.periods import between, period
from query.scope import EVERYTHING, Scope
from schema.columns import Row
from tests.conftest import apart
from tests.query.brawls import a_brawl
from tests.query.demo_world import demo_rows
from tests.query.in_depth import all_is_a_recount
from tests.query.lives_oracle import career, figures
from tests.query.oracle import (
    Event,
    by_match,
    day_stats,
    events_of,
    match_stats,
    players_of,
    takes_part,
    weapon_stats,
)
from tests.query.records_oracle import expected, told
from tests.query.rows import milliseconds, store, value
from tests.query.scoped import inside, matches_inside, ranked_by, stats_in
from tests.query.sequences_oracle import sequences

IN_ORDER, OTHERWISE = "test_demo_in_order", "test_demo_otherwise"
MONTH_END = datetime(2026, 10, 31, 20, tzinfo=UTC)
SCOPES = [
    EVERYTHING,
    Scope(period=period("day", MONTH_END)),
    Scope(period=period("month", MONTH_END)),
    Scope(period=period("week", MONTH_END)),
    Scope(period=between(datetime(2026, 10, 31, 22, tzinfo=UTC), datetime(2026, 11, 1, 1, tzinfo=UTC))),
    Scope(server_id="server-3"),
    Scope(map_name="dm/mohdm6"),
    Scope(gametype="obj"),
]
NAMES = [
    "ever",
    "last day of the month",
    "month",
    "week over the month's end",
    "hours over midnight",
    "server",
    "map",
    "game type",
]


@dataclass(frozen=True)
class Twice:
    """The same events, stored in two ways."""

    in_order: ClickHouse
    otherwise: ClickHouse
    events: list[Event] = field(repr=False)  # see Stored


@pytest.fixture(scope="module")
def rows(clickhouse_url: str) -> Iterator[list[Row]]:
    made = demo_rows() + a_brawl(11)
    apart(_fill(clickhouse_url, IN_ORDER, [made[at : at + 5000] for at in range(0, len(made), 5000)]))
    mixed = list(made)
    random.Random(11).shuffle(mixed)
    # As two nodes would send them, and the last three again.
    pieces = [mixed[at : at + 1777] for at in range(0, len(mixed), 1777)]
    apart(_fill(clickhouse_url, OTHERWISE, pieces, again=3))
    yield made
    for name in (IN_ORDER, OTHERWISE):
        apart(_drop(clickhouse_url, name))


@pytest.fixture(scope="module")
def events(rows: list[Row]) -> list[Event]:
    return events_of(rows)


@pytest.fixture
async def twice(clickhouse_url: str, events: list[Event]) -> AsyncIterator[Twice]:
    stores = [await _client(clickhouse_url, name) for name in (IN_ORDER, OTHERWISE)]
    yield Twice(stores[0], stores[1], events)
    for one in stores:
        await one.close()


async def _client(url: str, name: str) -> ClickHouse:
    return await ClickHouse.connect(url, name, ClickHouseSettings(database=name))


async def _fill(url: str, name: str, pieces: list[list[Row]], again: int = 0) -> None:
    client = await _client(url, name)
    await client.command(f"DROP DATABASE IF EXISTS {name} SYNC")
    await migrate(client, ClickHouseSettings(database=name))
    numbered = list(enumerate(pieces))
    for number, piece in [*numbered, *numbered[:again]]:
        await store(client, piece, f"piece-{number}")
    await settle_everything(client, [SEQUENCES])
    await client.close()


async def _drop(url: str, name: str) -> None:
    client = await _client(url, name)
    await client.command(f"DROP DATABASE {name} SYNC")
    await client.close()


def often(events: list[Event], many: int) -> list[str]:
    """Who killed and died most: those of whom there is most to say."""
    deeds = Counter(e[f"{side}_guid"] for e in events if e["kill_kind"] for side in ("player", "target"))
    del deeds[""]
    return [guid for guid, _ in deeds.most_common(many)]


async def test_every_figure_of_every_player_in_every_match_is_that_of_a_recount(twice: Twice) -> None:
    stored = {
        (str(row["match_id"]), row["player_guid"]): row
        for row in await twice.otherwise.rows_of("SELECT * FROM match_sequences FINAL")
    }
    found, seen = by_match(twice.events), Counter[str]()
    assert len(found) >= 50
    for match_id, match in found.items():
        for guid in players_of(match):
            counted: dict[str, float] = {**sequences(match, guid), **figures(match, guid)}
            row = stored[match_id, guid]
            row["first_ms"], row["last_ms"] = milliseconds(row["first_at"]), milliseconds(row["last_at"])
            told_of = {name: row[name] for name in counted}
            assert told_of == pytest.approx(counted, abs=0.01), (match_id, guid)
            seen.update({name: bool(figure) for name, figure in counted.items()})
    never = {name for name, times in seen.items() if not times}
    assert never <= {"streaks_10", "streaks_15", "streaks_20", "streaks_25"}, (
        "nothing is proved by what never happens"
    )


async def test_what_the_matches_of_a_player_add_up_to_is_a_recount(twice: Twice) -> None:
    needs = player_sums.Needs((), ("runs", "visits", "steadiness"))
    for guid in often(twice.events, 15):
        counted = career(twice.events, guid)
        of = await player_sums.basis(twice.otherwise, [guid], EVERYTHING, needs)
        peak = await player_peaks.peak_performance(twice.otherwise, guid)
        answered = {**of.sequences, **msgspec.to_builtins(peak.streaks)}
        assert {name: answered[name] for name in counted} == pytest.approx(counted, abs=1e-6), guid
        combos = await player_combos.combos(twice.otherwise, guid)
        assert combos.consistency == pytest.approx(counted["kd_deviation"])
        deep = await player_depth.deep_stats(twice.otherwise, guid)
        assert deep.session.playtime_hours == pytest.approx(
            match_stats(twice.events, guid, 0, 1 << 50)["playtime"] / 3600, abs=1e-6
        )


async def test_combos_rest_on_what_a_recount_finds(twice: Twice) -> None:
    for guid in often(twice.events, 12):
        summed: Counter[str] = Counter()
        for match in by_match(twice.events).values():
            if guid in players_of(match):
                summed.update(sequences(match, guid))
                summed.update(figures(match, guid))
        combos = await player_combos.combos(twice.otherwise, guid)
        lives, kills = summed["deaths"], summed["kills"]
        wanted = {
            "clutch_rate": (summed["clutches"], summed["clutch_chances"]),
            "first_blood_rate": (summed["first_bloods"], summed["first_blood_chances"]),
            "revenge_rate": (summed["revenge_kills"], lives),
            "survival_rate": (summed["lives_survived"], summed["lives_survived"] + lives),
            "multi_kill_rate": (summed["chained_kills"], kills),
            "air_kill_rate": (summed["air_kills"], kills),
            "slide_kill_rate": (summed["slide_kills"], kills),
            "low_health_kill_rate": (summed["low_health_kills"], summed["hp_kills"]),
        }
        for name, (part, whole) in wanted.items():
            assert getattr(combos, name) == pytest.approx(part / whole * 100 if whole else 0), (guid, name)
        assert combos.run_gun_index == pytest.approx(
            min(100, summed["kill_speed"] / kills / 3 if kills else 0), abs=0.01
        )
        assert combos.avg_lifespan_secs == pytest.approx(summed["lifespan_ms"] / lives / 1000 if lives else 0)
        assert combos.avg_hp_at_kill == pytest.approx(
            summed["hp_at_kill"] / summed["hp_kills"] if summed["hp_kills"] else 0, abs=0.01
        )


async def test_every_figure_in_depth_is_that_of_a_recount(twice: Twice) -> None:
    for guid in often(twice.events, 3):
        await all_is_a_recount(twice.otherwise, twice.events, guid)


@pytest.mark.parametrize("scope", SCOPES, ids=NAMES)
async def test_a_players_page_in_a_scope_is_a_recount(twice: Twice, scope: Scope) -> None:
    counted, decided = inside(twice.events, scope), matches_inside(twice.events, scope)
    same = (
        "kills", "bot_kills", "deaths", "headshots", "suicides", "shots_fired", "shots_hit", "jumps", "world_deaths",
        "torso_kills", "limb_kills", "crouching_kills",
    )  # fmt: skip
    decides = ("matches_played", "wins", "losses")
    for guid in often(twice.events, 5):
        page = await players.player_page(twice.otherwise, guid, {}, scope)
        stats, results = day_stats(counted, guid), match_stats(decided, guid, 0, 1 << 50)
        assert {name: getattr(page, name) for name in same} == {name: stats[name] for name in same}
        assert {name: getattr(page, name) for name in decides} == {name: results[name] for name in decides}
        assert page.playtime_seconds == pytest.approx(results["playtime"], abs=0.001)
        assert page.damage_dealt == pytest.approx(stats["damage"], abs=0.001)
        by_weapon = weapon_stats(counted, guid)
        for weapon in page.weapons:
            assert (weapon.kills, weapon.deaths, weapon.shots_fired) == tuple(
                by_weapon[weapon.weapon][name] for name in ("kills", "deaths", "shots_fired")
            ), (guid, weapon.weapon)
        listed = await players.player_matches(twice.otherwise, guid, {}, scope, limit=100)
        assert {one.match_id for one in listed} == _seen_first_in(twice.events, guid, scope)
        on_maps = await players.player_maps(twice.otherwise, guid, scope)
        assert {one.map_name: one.kills for one in on_maps if one.kills} == dict(
            Counter(e["map_name"] for e in counted if e["kill_kind"] == "kill" and e["player_guid"] == guid)
        )


def _seen_first_in(events: list[Event], guid: str, scope: Scope) -> set[str]:
    """The matches in which a player was first seen within the scope."""
    found = set()
    for match_id, match in by_match(events).items():
        firsts = sorted((e for e in match if takes_part(e, guid)), key=lambda e: e["event_time"])
        if firsts and inside(firsts[:1], scope):
            found.add(match_id)
    return found


@pytest.mark.parametrize("scope", [SCOPES[2], SCOPES[4], SCOPES[7]], ids=[NAMES[2], NAMES[4], NAMES[7]])
async def test_boards_in_a_scope_are_a_recount(twice: Twice, scope: Scope) -> None:
    everybody = stats_in(twice.events, scope)
    for stat in ("kills", "deaths", "headshots", "accuracy", "kd_ratio", "wins", "playtime", "distance"):
        ranking = await rankings.ranking(twice.otherwise, stat, scope, rankings.Page(limit=100))
        wanted = ranked_by(everybody, stat, scope)
        got = [(round(one.value, 3), one.guid) for one in ranking.standings]
        assert ranking.total == len(wanted), stat
        assert got == [(round(figure, 3), guid) for figure, guid in wanted[:100]], stat


@pytest.mark.parametrize("scope", SCOPES, ids=NAMES)
async def test_records_in_a_scope_are_a_recount(twice: Twice, scope: Scope) -> None:
    for places in (1, 5):
        answer = await records.records(twice.otherwise, {}, scope, places=places)
        assert told(answer) == expected(twice.events, scope, places)


async def test_bots_of_a_scope_are_a_recount(twice: Twice) -> None:
    machines = {e["target_guid"] for e in twice.events if e["target_is_bot"]}
    for scope in (EVERYTHING, Scope(server_id="server-1")):
        counted = inside(twice.events, scope)
        for guid in often(twice.events, 6):
            found = await player_bots.bots(twice.otherwise, guid, scope)
            killed = [e for e in counted if e["player_guid"] == guid and e["kill_kind"] == "bot"]
            assert found.bot_kills == len(killed)
            assert sum(one.kills for one in found.bots_by_type) == len(killed)
            far = [e["distance_units"] for e in killed if e["distance_units"]]
            assert found.avg_bot_kill_distance == pytest.approx(
                sum(far) / len(far) * 0.0254 if far else 0, abs=0.01
            )
            died = sum(
                e["target_guid"] == guid
                and e["player_guid"] in machines
                and e["kill_kind"] in ("kill", "bot")
                for e in counted
            )
            assert found.deaths_to_bots == died


async def test_the_same_events_in_other_batches_and_another_order_say_the_same(twice: Twice) -> None:
    async def say(of: ClickHouse) -> Any:
        guids = often(twice.events, 6)
        said: list[Any] = [
            await maps.maps(of),
            await weapons.weapons(of, limit=100),
            await teams.team_performance(of),
            await matches.matches(of, {}, limit=100),
            await records.records(of, {}, places=10),
        ]
        said += [
            await leaderboards.leaderboard(of, stat, Scope(with_bots=True), rankings.Page(limit=100))
            for stat in ("kills", "playtime", "damage", "wins")
        ]
        for guid in guids:
            said += [
                await players.player_page(of, guid, {}),
                await player_depth.deep_stats(of, guid),
                await player_combos.combos(of, guid),
                await player_peaks.peak_performance(of, guid),
                await player_world.game_flow(of, guid),
            ]
        return _rounded(msgspec.to_builtins(said))

    assert await say(twice.in_order) == await say(twice.otherwise)


def _rounded(said: Any) -> Any:
    """Sums of floats differ in their last digits with the order of what is added."""
    if isinstance(said, float):
        return round(said, 2)
    if isinstance(said, dict):
        return {name: _rounded(one) for name, one in said.items()}
    return [_rounded(one) for one in said] if isinstance(said, list) else said


def test_the_matches_lie_where_time_is_hard(rows: list[Row]) -> None:
    spans: dict[Any, list[int]] = {}
    for row in rows:
        spans.setdefault(value(row, "match_id"), []).append(value(row, "event_time"))
    midnight = milliseconds(datetime(2026, 11, 1, tzinfo=UTC))
    over = [match for match, times in spans.items() if min(times) < midnight <= max(times)]
    assert over, "no match runs over the midnight that ends the month"
