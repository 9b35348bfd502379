"""What a page of a ranking shows beside its values, and who is on it: asked for, or as the standings keep both."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from clickhouse.client import ClickHouse
from query.place_standings import Leader, leaders_of
from query.rankings import Person, Ranking, fights, people
from query.scope import Scope
from schema.answers.words import UNKNOWN_PLAYER

Row = Mapping[str, Any]


async def figures_and_people(
    store: ClickHouse,
    ranked: Ranking,
    game: str,
    ask: Callable[[Sequence[str]], Awaitable[Mapping[str, Row]]],
) -> tuple[Mapping[str, Row], dict[str, Person]]:
    """guid -> what `ask` tells of each player on a page, and who he is. Of a kept page of everything: as both were kept."""
    if not ranked.kept or ranked.fought:
        return await asyncio.gather(ask(ranked.guids), people_of(store, ranked, game))
    known = await leaders_of(store, ranked.guids, game, with_figures=True)
    told = {guid: one.figures for guid, one in known.items() if one.figures}
    asked, persons = await asyncio.gather(
        ask([guid for guid in ranked.guids if guid not in told]),
        _with_others(store, known, ranked.guids, game),
    )
    return {**told, **asked}, persons


async def fights_and_people(
    store: ClickHouse, ranked: Ranking, scope: Scope
) -> tuple[Mapping[str, Row], dict[str, Person]]:
    """`fights` of those on a page, and who they are. Of a kept page of a place: as it was kept."""
    if ranked.fought:
        return ranked.fought, await people_of(store, ranked, scope.game)
    return await asyncio.gather(fights(store, ranked.guids, scope), people_of(store, ranked, scope.game))


async def people_of(store: ClickHouse, ranked: Ranking, game: str) -> dict[str, Person]:
    """`people` of those on a page. Of a kept page: as they were called when it was made."""
    return await (people_as_kept if ranked.kept else people)(store, ranked.guids, game)


async def people_as_kept(store: ClickHouse, guids: Sequence[str], game: str) -> dict[str, Person]:
    """`people` of those who lead in what is kept, as they were called when it was made."""
    known = await leaders_of(store, guids, game, with_figures=False)
    return await _with_others(store, known, guids, game)


async def _with_others(
    store: ClickHouse, known: Mapping[str, Leader], guids: Sequence[str], game: str
) -> dict[str, Person]:
    """All of these players: those who are not known are asked for."""
    persons = {guid: Person(one.name or UNKNOWN_PLAYER, one.smf_id > 0) for guid, one in known.items()}
    return persons | await people(store, [guid for guid in guids if guid not in persons], game)
