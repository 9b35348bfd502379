"""Players in the order of a stat, in any scope: the pages every leaderboard is made of.

Which table answers: `player_days` whole days everywhere; `match_players` (by the hour) as soon as a server, map, game type,
part of the day or a bound inside a day is given; `weapon_player_days` a weapon; `raw_events`, which go back only as far as
they are kept, a weapon together with one of those.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from clickhouse.client import ClickHouse
from query.cursors import cursor, keys_of
from query.place_standings import PEOPLE_AT_ONCE, place_leaders
from query.players import player_guid
from query.ranked_stats import MATCH_STATS, sample_of
from query.scope import Scope
from query.standings import SCORE, leaders
from schema.answers.words import UNKNOWN_PLAYER

LIMIT: Final = 25
LIMIT_MAX: Final = 100
OFFSET_MAX: Final = 10_000_000

BY_SPAN: Final = "days"
BY_HOURS: Final = "hours"
"""Sources: how the time played in a match is told (shared/match_stats.sql): hardly anybody has one that needs its hours counted."""
TIMED: Final = frozenset(["playtime", "run_gun"])
"""What ranks by the time played."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Which part of a ranking: from `offset` on, or behind the `cursor` of an answer, or around the player `around`."""

    limit: int = LIMIT
    offset: int = 0
    cursor: str = ""
    around: str = ""


FIRST: Final = Page()


class Standing(NamedTuple):
    """One player's place in a ranking; `score` is the value in millionths, by which the places are given."""

    rank: int
    guid: str
    value: float
    score: int


class Ranking(NamedTuple):
    """A page of a ranking, how many are ranked in all, and the cursor of what follows (None: nothing does).

    `kept`: as of the last renewal of the standings; of a place it then knows how those on it `fought` there, as `fights` tells it.
    """

    standings: list[Standing]
    total: int
    next_cursor: str | None
    kept: bool = False
    fought: Mapping[str, Row] = MappingProxyType({})

    @property
    def guids(self) -> list[str]:
        """Those on the page, in their order."""
        return [one.guid for one in self.standings]


class Person(NamedTuple):
    """The last name of a player, and whether he is a logged-in forum member."""

    name: str = UNKNOWN_PLAYER
    verified: bool = False


async def ranking(store: ClickHouse, stat: str, scope: Scope, page: Page, sample: str = "") -> Ranking:
    """The players ranked by `stat` (of query.ranked_stats.STATS; with a weapon one of WEAPON_STATS).

    Ranked is who has anything of the stat and `scope.sample_min` of `sample` (else of what `sample_of` says); of equal
    players the smaller guid comes first. Around a player who is not ranked there is nobody. Raises InvalidCursor.
    """
    sample, of = sample or sample_of(stat), f"{stat}/{scope.key()}"
    kept = await standing_page(store, stat, scope, page, of) or await place_page(
        store, stat, scope, page, of, sample
    )
    if kept:
        return kept
    parameters = {**scope_parameters(scope), "stat": stat, "sample": sample}
    if not scope.weapon and stat in MATCH_STATS:
        parameters["source"] = decided_by(stat)
    return await paged(store, _query(stat, scope), parameters, of, page)


async def standing_page(store: ClickHouse, stat: str, scope: Scope, page: Page, of: str) -> Ranking | None:
    """The page as query.standings keeps it; None: ask all players. Cursors and surroundings are always asked of all."""
    if page.cursor or page.around:
        return None
    kept = await leaders(store, [stat], scope, offset=page.offset, limit=page.limit)
    return _kept(kept[stat].leaders, kept[stat].total, of, page) if kept else None


async def place_page(
    store: ClickHouse, stat: str, scope: Scope, page: Page, of: str = "", sample: str = ""
) -> Ranking | None:
    """The same of a place, as query.place_standings keeps it."""
    if page.cursor or page.around:
        return None
    sample = sample or sample_of(stat)
    kept = await place_leaders(store, stat, sample, scope, offset=page.offset, limit=page.limit)
    if kept is None:
        return None
    ranked = _kept([(one.score, one.guid) for one in kept.leaders], kept.total, of, page)
    return ranked._replace(fought={one.guid: one._asdict() for one in kept.leaders})


def _kept(leaders: Sequence[tuple[int, str]], total: int, of: str, page: Page) -> Ranking:
    standings = [
        Standing(place, guid, score / SCORE, score)
        for place, (score, guid) in enumerate(leaders, page.offset + 1)
    ]
    return _ranking(standings, total, of)._replace(kept=True)


async def paged(store: ClickHouse, query: str, parameters: dict[str, object], of: str, page: Page) -> Ranking:
    """A page of a query that ends in shared/ranking.sql; `of` names the list for cursors. Around `unauth_3`: the player last seen there."""
    if page.around:
        page = replace(page, around=await player_guid(store, page.around, str(parameters["game"])))
    rows = await store.rows(query, {**parameters, **_page_parameters(page, of)})
    if not rows:
        # Behind the last page no row carries the total.
        first = await store.rows(query, {**parameters, **_page_parameters(Page(limit=1), of)})
        return Ranking([], first[0]["total"] if first else 0, None)
    standings = [Standing(row["place"], row["player_guid"], row["value"], row["score"]) for row in rows]
    return _ranking(standings, rows[0]["total"], of)


def _ranking(standings: list[Standing], total: int, of: str) -> Ranking:
    if not standings or standings[-1].rank == total:
        return Ranking(standings, total, None)
    last = standings[-1]
    return Ranking(standings, total, cursor(of, (last.score, last.guid)))


async def entries(store: ClickHouse, guids: Sequence[str], scope: Scope) -> dict[str, Row]:
    """guid -> every stat of the scope, by the columns of shared/player_stats.sql and shared/match_stats.sql.

    With a weapon: those of shared/weapon_stats.sql, as nothing else is known by weapon.
    """
    if not guids:
        return {}
    parameters = {**scope_parameters(scope), "guids": list(guids)}
    if scope.weapon:
        return _by_guid(await store.rows("board_entries_weapon", parameters))
    rows, won_and_lost = await asyncio.gather(
        store.rows("board_entries", parameters), decided(store, guids, scope)
    )
    counted = _by_guid(rows)
    # What both know (kills, distance) is the counted one's: a match belongs whole to the period in which it began.
    return {guid: {**won_and_lost.get(guid, {}), **counted.get(guid, {})} for guid in guids}


async def decided(store: ClickHouse, guids: Sequence[str], scope: Scope) -> dict[str, Row]:
    """guid -> what matches decided about each of these players in the scope."""
    if not guids:
        return {}
    return _by_guid(await decided_entries(store, {**scope_parameters(scope), "guids": list(guids)}))


async def decided_entries(store: ClickHouse, parameters: Mapping[str, object]) -> list[Row]:
    """What matches decided about the players of the parameters: the columns of shared/match_stats.sql."""
    rows = await store.rows("board_entries_matches", {**parameters, "source": BY_SPAN})
    if not any(row["endless_matches"] for row in rows):
        return rows
    return await store.rows("board_entries_matches", {**parameters, "source": BY_HOURS})


async def fights(store: ClickHouse, guids: Sequence[str], scope: Scope) -> dict[str, Row]:
    """guid -> kills, deaths, headshots, shots and damage in the scope: a third of what `entries` costs."""
    if not guids:
        return {}
    query = "board_entries_weapon" if scope.weapon else "board_fights"
    return _by_guid(await store.rows(query, {**scope_parameters(scope), "guids": list(guids)}))


async def samples(store: ClickHouse, guids: Sequence[str], scope: Scope, stat: str) -> dict[str, float]:
    """guid -> what a minimum sample of the stat counts, in the scope."""
    if stat in MATCH_STATS and not scope.weapon:
        rows = await decided(store, guids, scope)
        return {guid: float(row[sample_of(stat)]) for guid, row in rows.items()}
    return samples_of(await fights(store, guids, scope), stat)


def samples_of(fought: Mapping[str, Row], stat: str) -> dict[str, float]:
    """The same of players whose fights are known."""
    rows = {guid: {**row, "encounters": row["kills"] + row["deaths"]} for guid, row in fought.items()}
    return {guid: float(row[sample_of(stat)]) for guid, row in rows.items()}


async def people(store: ClickHouse, guids: Sequence[str], game: str) -> dict[str, Person]:
    """guid -> name and membership of each of these players; "Unknown Soldier" for those nobody knows by name."""
    known = dict.fromkeys(guids, Person())
    asked = sorted(known)
    for start in range(0, len(asked), PEOPLE_AT_ONCE):
        parameters = {"game": game, "guids": asked[start : start + PEOPLE_AT_ONCE]}
        for row in await store.rows("board_players", parameters):
            known[row["player_guid"]] = Person(row["player_name"] or UNKNOWN_PLAYER, row["member_id"] > 0)
    return known


def decided_by(stat: str) -> str:
    """The source of a ranking by something matches decide."""
    return BY_HOURS if stat in TIMED else BY_SPAN


def scope_parameters(scope: Scope) -> dict[str, object]:
    """What the shared parts of the board queries bind, for everybody."""
    return {**scope.parameters(), "source": "days" if scope.by_days else "hours", "guids": [], "named": 0}


def _query(stat: str, scope: Scope) -> str:
    if scope.weapon:
        return "board_ranking_weapon"
    return "board_ranking_matches" if stat in MATCH_STATS else "board_ranking"


def _page_parameters(page: Page, of: str) -> dict[str, object]:
    score, guid = keys_of(page.cursor, of, (int, str)) if page.cursor else (0, "")
    return {
        "page_rows": page.limit,
        "skip_rows": 0 if page.cursor or page.around else page.offset,
        "after_score": score,
        "after_guid": guid,
        "around_guid": page.around,
        "around_rows": (page.limit - 1) // 2,
    }


def _by_guid(rows: list[Row]) -> dict[str, Row]:
    return {row["player_guid"]: row for row in rows}
