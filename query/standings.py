"""Where everybody stands in each figure of all time, kept so that one place, one board or the cards need not ask all players.

Kept only of a game with so many players that asking them all is slow, and used only while it is fresh: else every function here says
None, and who asked asks all players. The figures are those of EVERYTHING: all of time, everywhere, without bots, no minimum sample but
those of combos. clickhouse/migrations/0016_standings.sql says what a row holds.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from clickhouse.client import ClickHouse
from clickhouse.errors import ClickHouseError
from query.scope import EVERYTHING, Scope
from query.together import Asks

PLAYERS_MIN: Final = 10_000
RENEWED_SHARE: Final = 0.02
"""Of a core: what a renewal took is followed by a pause that is so much longer."""
PAUSE_MAX_S: Final = 400.0
"""However long it took: two of them fit into FRESH_S, so a renewal that fails once is not missed."""
FRESH_S: Final = 900.0
"""Older rows are those of a worker that stands still."""
BEST: Final = 500
"""So many of each figure are known by name (clickhouse/queries/shared/standing.sql)."""
PLACES_MAX: Final = 200
"""Of each kind (query/place_standings.py): a place beyond these is asked of everybody, for servers may invent names."""
TELLING: Final = "kills"
SCORE: Final = 1e6
"""Values are kept as whole millionths."""
SCORE_MAX: Final = 9e12


class Renewed(NamedTuple):
    """A part of a renewal: the query that fills a table, the source it is asked of (clickhouse/client.py), of which sort of place."""

    query: str
    table: str = "standings"
    source: str = "days"
    kind: str = ""


RENEWED: Final = (
    Renewed("standings_counted"),
    Renewed("standings_decided", source="hours"),
    Renewed("standings_weapons"),
    Renewed("place_standings_maps", "place_standings", kind="map"),
    Renewed("place_standings_gametypes", "place_standings", kind="gametype"),
    Renewed("place_standings_weapons", "place_standings", kind="weapon"),
    Renewed("place_standings_times", "place_standings", kind="time"),
    Renewed("leaders_renewed", "leaders", source="hours"),
)
"""In this order: who leads is known when all places are."""


class Place(NamedTuple):
    """Of the others: how many are ranked, stand before a player, have less than he."""

    ranked: int
    before: int
    below: int


class Leaders(NamedTuple):
    """The leaders of a figure from some place on, as (score, guid), and how many are ranked in all."""

    total: int
    leaders: Sequence[tuple[int, str]]


def score_of(value: float) -> int:
    """A value in whole millionths, as the ranking compares it."""
    return round(min(value, SCORE_MAX) * SCORE)


async def places(
    store: Asks, guid: str, values: Mapping[str, float], scope: Scope
) -> dict[str, Place] | None:
    """stat -> where a player with these values stands; exact among the 500 best, else within half a percent."""
    if not _everything(scope):
        return None
    bound = {
        "guid": guid,
        "stats": list(values),
        "scores": [score_of(value) for value in values.values()],
    }
    rows = await store.rows("standing_places", {**fresh(scope.game), **bound})
    found = {row["stat"]: _place(row, guid) for row in rows}
    # A figure that nobody has any of has no row.
    return {stat: found.get(stat, Place(0, 0, 0)) for stat in values} if found else None


def _place(row: Mapping[str, Any], guid: str) -> Place:
    """The place that a row of standing_places.sql tells of.

    He himself may stand there with the value he had then: with as many or less, unless a ratio has fallen.
    """
    total, own, last, step = row["all_ranked"], row["own"], row["last"], row["step"]
    ranked = total - (row["is_there"] if row["is_whole"] else own > 0)
    if row["is_whole"]:
        return Place(ranked, row["better"], row["worse"])
    score, more, equal = (step["score"], step["more"], step["equal"]) if step["equal"] else (own, total, 0)
    among_best = (last["score"], guid) < (own, last["player_guid"])
    # His own value is among the equal ones, or, if it was less then, among those below.
    below = total - more - (equal if score == own else 1)
    return Place(ranked, row["better"] if among_best else min(more, ranked), max(0, below))


async def leaders(
    store: Asks, stats: Sequence[str], scope: Scope, *, offset: int, limit: int
) -> dict[str, Leaders] | None:
    """stat -> its leaders from `offset` on; nobody of a figure that nobody has any of."""
    if not _everything(scope) or offset + limit > BEST:
        return None
    # Such a figure has no row, so one that somebody has tells whether there are fresh ones.
    bound = {"stats": [*stats, TELLING], "skip_rows": offset, "page_rows": limit}
    rows = await store.rows("standing_best", {**fresh(scope.game), **bound})
    found = {row["stat"]: Leaders(row["ranked"], row["leaders"]) for row in rows}
    return {stat: found.get(stat, Leaders(0, ())) for stat in stats} if found else None


def _everything(scope: Scope) -> bool:
    return scope == Scope(game=scope.game)


def fresh(game: str) -> dict[str, object]:
    """What asks for rows of a game that are not too old."""
    return {"game": game, "oldest": datetime.now(UTC) - timedelta(seconds=FRESH_S)}


class Renewal:
    """The job that keeps them: one instance per worker. `now` is the clock (aware)."""

    def __init__(
        self,
        store: ClickHouse,
        players_min: int = PLAYERS_MIN,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store, self._players_min, self._now = store, players_min, now
        self._pause = timedelta(0)
        """What the last renewal asks for; none for a worker that has just started, whatever it finds: it may know more figures."""
        self._not_before = datetime.min.replace(tzinfo=UTC)

    async def run(self) -> list[str]:
        """Renew those of every game that has enough players, unless it is too early or another worker did; returns the games.

        Raises ClickHouseError; a store that cannot be asked at all may be asked again at once.
        """
        now = self._now()
        if now < self._not_before:
            return []
        began_s = time.monotonic()
        wanted = {"players_min": self._players_min, "renewed_since": now - self._pause}
        games = [row["game"] for row in await self._store.rows("standings_wanted", wanted)]
        try:
            for game in games:
                await renew(self._store, self._now(), game)
        finally:
            # One that failed has cost as much.
            self._rest(time.monotonic() - began_s, has_renewed=bool(games))
        return games

    def _rest(self, took_s: float, *, has_renewed: bool) -> None:
        pause = timedelta(seconds=min(took_s / RENEWED_SHARE, PAUSE_MAX_S))
        self._not_before = self._now() + pause
        if has_renewed:
            self._pause = pause


async def renew(
    store: ClickHouse, now: datetime, game: str = EVERYTHING.game, *, places_max: int = PLACES_MAX
) -> None:
    """Make the standings of a game again. Rows of the same figure replace each other: the newest wins.

    Parts do not wait for each other: one that fails leaves the others, and is raised when they are made.
    """
    everybody = {
        **Scope(game=game).parameters(),
        "guids": [],
        "named": 0,
        "renewed_at": now,
        "places_max": places_max,
    }
    failed: ClickHouseError | None = None
    for query, table, source, kind in RENEWED:
        try:
            await store.fill(table, query, {**everybody, "source": source, "kind": kind})
        except ClickHouseError as error:
            failed = failed or error
    if failed:
        raise failed
