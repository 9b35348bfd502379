"""Any events at all: hypothesis makes lists of them around the midnight that ends a month, and every answer is a recount."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clickhouse.client import ClickHouse
from jobs.sequences import SEQUENCES
from jobs.settings import JobsSettings
from jobs.settling import Settling
from query import maps, match_events, players, rankings, records, weapons
from query.periods import period
from query.scope import Scope
from schema.columns import INDEX, Row
from tests.query.brawls import LATER
from tests.query.lives_oracle import figures
from tests.query.oracle import (
    Event,
    by_match,
    day_stats,
    events_of,
    match_stats,
    players_of,
    weapon_stats,
)
from tests.query.records_oracle import expected, told
from tests.query.rows import row, store
from tests.query.scoped import inside, matches_inside, ranked_by, stats_in
from tests.query.sequences_oracle import sequences

MIDNIGHT = datetime(2026, 11, 1, tzinfo=UTC)
PEOPLE = ("40", "41", "42", "unauth_1@aaaaaaaa")
BOT = "unauth_9@bbbbbbbb"
TEAMS = {"40": "allies", "41": "axis", "42": "allies", "unauth_1@aaaaaaaa": "axis"}
"""Told with an event or not; of two teams in one millisecond neither is the later."""
WEAPONS = st.sampled_from(("KAR98", "BAR", "unknown"))
# Ties, the borders of chains (4000 ms), trades (5000 ms) and of what is held (10000 ms), and hours apart.
MOMENTS = st.sampled_from(
    (-3_700_000, -60_000, -4_000, -1, 0, 0, 1, 699, 3_999, 4_000, 4_001, 9_000, 20_000, 7_300_000)
)
MATCHES: tuple[dict[str, Any], ...] = (
    {"server_id": "one", "map_name": "dm/a", "gametype": "ffa", "match_id": UUID(int=1)},
    {"server_id": "two", "map_name": "obj/b", "gametype": "obj", "match_id": UUID(int=2)},
    {"server_id": "one", "map_name": "dm/a", "gametype": "tdm", "match_id": UUID(int=3)},
)
ACTS = (
    "weapon_fire", "weapon_hit", "player_spawn", "jump", "land", "crouch", "prone", "distance", "health_pickup",
    "reload", "item_pickup", "some_future_event", "death",
)  # fmt: skip
FLOW = ("round_start", "round_end", "team_win", "match_end", "heartbeat", "match_start")

_games = count()


def _team(guid: str) -> st.SearchStrategy[str]:
    return st.sampled_from((TEAMS.get(guid, ""), ""))


@st.composite
def events(draw: st.DrawFn) -> Row:
    """One event of one of the matches."""
    where = MATCHES[draw(st.integers(0, 2))]
    at = MIDNIGHT + timedelta(milliseconds=draw(MOMENTS))
    kind = draw(st.sampled_from(("kill", "kill", "kill", "hurt", "act", "act", "flow")))
    if kind == "flow":
        said = {"winning_team": draw(st.sampled_from(("allies", "axis", "unknown", "")))}
        return row(draw(st.sampled_from(FLOW)), at, attributes=said, **where)
    actor = draw(st.sampled_from(PEOPLE))
    who = {"player_guid": actor, "player_name": f"name of {actor}", "player_team": draw(_team(actor))}
    if kind == "act":
        moved = {
            "walked": draw(st.sampled_from((0.0, 120.5))),
            "sprinted": draw(st.sampled_from((0.0, 33.25))),
        }
        act = draw(st.sampled_from(ACTS))
        extra = moved if act == "distance" else {"amount": 25.0} if act == "health_pickup" else {}
        return row(
            act,
            at,
            weapon=draw(WEAPONS),
            player_stance=draw(st.sampled_from(("stand", "crouch", ""))),
            **who,
            **extra,
            **where,
        )
    if kind == "hurt":
        target = draw(st.sampled_from(PEOPLE))
        hurt = {
            "target_guid": target,
            "target_team": draw(_team(target)),
            "damage": draw(st.sampled_from((0.0, 40.5, 90.0))),
        }
        return row("damage", at, weapon=draw(WEAPONS), **who, **hurt, **where)
    return _kill(draw, at, who, where)


def _kill(draw: st.DrawFn, at: datetime, who: dict[str, Any], where: dict[str, Any]) -> Row:
    kinds = (
        "kill",
        "kill",
        "kill",
        "suicide",
        "world",
        "bot",
        *(() if where["gametype"] == "ffa" else ("team_kill",)),
    )
    kind = draw(st.sampled_from(kinds))
    actor = who["player_guid"]
    victim = {
        "suicide": actor, "bot": BOT,
    }.get(kind) or draw(st.sampled_from([guid for guid in PEOPLE if guid != actor]))  # fmt: skip
    columns = {
        "weapon": draw(WEAPONS), "hitloc": draw(st.sampled_from(("head", "helmet", "pelvis", ""))),
        "mod": draw(st.sampled_from(("bullet", "bash", "gib"))), "target_guid": victim,
        "target_name": f"name of {victim}", "target_is_bot": victim == BOT, "target_team": draw(_team(victim)),
        "distance_units": draw(st.sampled_from((0.0, 500.0, 2500.5))),
    }  # fmt: skip
    return row(
        "bot_killed" if kind == "bot" else "player_kill", at, kill_kind=kind, **({} if kind == "world" else who),
        **columns, **where,
    )  # fmt: skip


@settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
@given(made=st.lists(events(), min_size=1, max_size=60), cut=st.integers(1, 25))
async def test_every_answer_of_any_events_is_a_recount(
    clickhouse: ClickHouse, made: list[Row], cut: int
) -> None:
    # A game of its own keeps the examples apart in one database.
    game = f"game{next(_games)}"
    for one in made:
        one[INDEX["game"]] = game
    for at in range(0, len(made), cut):
        await store(clickhouse, made[at : at + cut], f"{game}-{at}")
    await Settling(clickhouse, JobsSettings(), [SEQUENCES], lambda: LATER).run()
    counted = events_of(made)
    await _matches_are_a_recount(clickhouse, game, counted)
    for scope in (
        Scope(game=game),
        Scope(game=game, with_bots=True, period=period("month", MIDNIGHT)),
        Scope(game=game, with_bots=True, period=period("day", MIDNIGHT - timedelta(hours=1))),
        Scope(game=game, with_bots=True, server_id="one"),
    ):
        await _answers_are_a_recount(clickhouse, scope, counted)


async def _matches_are_a_recount(clickhouse: ClickHouse, game: str, counted: list[Event]) -> None:
    rows = await clickhouse.rows_of(
        "SELECT * FROM match_sequences FINAL WHERE game = {game:String}", {"game": game}
    )
    stored = {(str(one["match_id"]), one["player_guid"]): one for one in rows}
    for match_id, match in by_match(counted).items():
        for guid in players_of(match):
            wanted: dict[str, float] = {**sequences(match, guid), **figures(match, guid)}
            del wanted["first_ms"], wanted["last_ms"]
            got = {name: stored[match_id, guid][name] for name in wanted}
            assert got == pytest.approx(wanted, abs=0.01), (match_id, guid)
        if players_of(match):
            matrix = await match_events.kill_matrix(clickhouse, match_id, game)
            assert matrix is not None
            killed = sum(e["kill_kind"] in ("kill", "bot") for e in match)
            assert sum(map(sum, matrix.kills)) == killed


async def _answers_are_a_recount(clickhouse: ClickHouse, scope: Scope, counted: list[Event]) -> None:
    everybody = stats_in(counted, scope)
    for stat in ("kills", "kd_ratio", "accuracy", "wins", "playtime"):
        board = await rankings.ranking(clickhouse, stat, scope, rankings.Page(limit=50))
        wanted = ranked_by(everybody, stat, scope)
        assert [(round(one.value, 3), one.guid) for one in board.standings] == [
            (round(figure, 3), guid) for figure, guid in wanted
        ], stat
    assert told(await records.records(clickhouse, {}, scope, places=3)) == expected(counted, scope, 3)
    within, decided = inside(counted, scope), matches_inside(counted, scope)
    for guid in players_of(counted):
        page = await players.player_page(clickhouse, guid, {}, scope)
        stats, results = day_stats(within, guid), match_stats(decided, guid, 0, 1 << 50)
        same = ("kills", "bot_kills", "deaths", "headshots", "suicides", "shots_fired", "jumps", "bash_kills")
        assert {name: getattr(page, name) for name in same} == {name: stats[name] for name in same}
        assert (page.matches_played, page.wins, page.losses) == tuple(
            results[name] for name in ("matches_played", "wins", "losses")
        )
        assert {one.weapon: one.kills for one in page.weapons if one.kills} == {
            weapon: figures_["kills"]
            for weapon, figures_ in weapon_stats(within, guid).items()
            if figures_["kills"]
        }
    listed = {one.name: (one.kills, one.total_deaths) for one in await maps.maps(clickhouse, scope)}
    for name, (kills, deaths) in listed.items():
        here = [e for e in within if e["map_name"] == name]
        assert (kills, deaths) == (
            sum(e["kill_kind"] == "kill" for e in here),
            sum(bool(e["kill_kind"]) for e in here),
        )
    used = {one.name: one.kills for one in await weapons.weapons(clickhouse, scope, limit=50)}
    assert {name: kills for name, kills in used.items() if kills} == {
        weapon: figures_["kills"] for weapon, figures_ in weapon_stats(within).items() if figures_["kills"]
    }
