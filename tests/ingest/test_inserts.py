"""A chunk is stored exactly once, and what ClickHouse refuses costs only itself."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pytest

from clickhouse.client import ClickHouse
from clickhouse.errors import ClickHouseUnavailable
from ingest.batches import Chunk
from ingest.context import Context
from ingest.disk import RealDisk
from ingest.enrich import Enricher
from ingest.inserts import DOUBT_WAIT_S, DOUBTFUL_ROWS, Halvings, Inserter
from schema.columns import INDEX, Row
from schema.refusals import RefusalReason
from tests.chaos import stores as chaos
from tests.ingest.rows import row

NOW = 1_800_000_000_000
ILLNESSES: Final = {
    "a column of another type": (
        (
            "CREATE TABLE raw_events_other AS raw_events",
            "ALTER TABLE raw_events_other MODIFY COLUMN raw UInt64",
            "EXCHANGE TABLES raw_events AND raw_events_other",
        ),
        ("EXCHANGE TABLES raw_events AND raw_events_other",),
    ),
    "a column missing": (
        (
            "CREATE TABLE raw_events_other AS raw_events",
            "ALTER TABLE raw_events_other DROP COLUMN raw",
            "EXCHANGE TABLES raw_events AND raw_events_other",
        ),
        ("EXCHANGE TABLES raw_events AND raw_events_other",),
    ),
    **{name: illness[:2] for name, illness in chaos.ILLNESSES.items()},
}
NO_BOMBS = "ALTER TABLE raw_events ADD CONSTRAINT no_bombs CHECK weapon != 'bomb'"


def chunk(count: int, bad: Sequence[int] = (), token: str = "node-web-1-1/0") -> Chunk:
    rows: list[Row] = [
        row("weapon_fire", player_guid="42", weapon="bomb" if n in bad else "BAR", game_time=float(n))
        for n in range(count)
    ]
    Enricher(Context()).fill(rows, "server", NOW)
    for position, made in enumerate(rows):
        made[INDEX["batch_id"]], made[INDEX["batch_row"]] = token, position
    return Chunk(token, rows)


async def stored(clickhouse: ClickHouse) -> list[int]:
    rows = await clickhouse.rows_of("SELECT batch_row FROM raw_events ORDER BY batch_row")
    return [found["batch_row"] for found in rows]


async def shots(clickhouse: ClickHouse) -> int:
    rows = await clickhouse.rows_of("SELECT sum(shots_fired) AS shots FROM player_days")
    return int(rows[0]["shots"])


async def test_a_chunk_stored_twice_is_there_once(clickhouse: ClickHouse, tmp_path: Path) -> None:
    inserter = Inserter(clickhouse, RealDisk(), tmp_path)
    assert await inserter.store(chunk(10)) == []
    assert await inserter.store(chunk(10)) == []
    assert (await stored(clickhouse), await shots(clickhouse)) == (list(range(10)), 10)


async def test_a_chunk_encoded_ahead_is_stored_as_any_other(clickhouse: ClickHouse, tmp_path: Path) -> None:
    inserter = Inserter(clickhouse, RealDisk(), tmp_path)
    await inserter.store(chunk(2, token="node-web-1-1/0"))  # from here on the table's types are known
    inserter.encode(chunk(10, token="node-web-1-2/0"))
    assert (
        await inserter.store(chunk(0, token="node-web-1-2/0")) == []
    )  # not looked at: it was encoded before
    assert await inserter.store(chunk(10, token="node-web-1-2/0")) == []
    assert sorted(await stored(clickhouse)) == sorted([*range(2), *range(10)])
    assert await shots(clickhouse) == 12


async def test_bad_rows_are_singled_out_and_their_neighbours_stored(
    clickhouse: ClickHouse, tmp_path: Path
) -> None:
    await clickhouse.command(NO_BOMBS)
    refused = await Inserter(clickhouse, RealDisk(), tmp_path).store(chunk(33, bad=(0, 7, 32)))
    assert [item.receipt for item in refused] == [f"node-web-1-1/0#{n}" for n in (0, 7, 32)]
    assert {item.reason for item in refused} == {RefusalReason.REFUSED_BY_CLICKHOUSE}
    assert "no_bombs" in refused[0].detail
    good = [n for n in range(33) if n not in (0, 7, 32)]
    assert (await stored(clickhouse), await shots(clickhouse)) == (good, len(good))


async def test_a_crash_while_halving_counts_nothing_twice_even_if_the_refusal_is_gone(
    clickhouse: ClickHouse, tmp_path: Path
) -> None:
    """After the restart the whole chunk would be accepted: it must go on in its halves all the same."""
    await clickhouse.command(NO_BOMBS)

    class Dies(Inserter):
        parts = 0

        async def _insert(self, columns: Sequence[Sequence[object]], token: str, rows: int) -> None:
            self.parts += 1
            if self.parts > 4:
                raise KeyboardInterrupt
            await super()._insert(columns, token, rows)

    with pytest.raises(KeyboardInterrupt):
        await Dies(clickhouse, RealDisk(), tmp_path).store(chunk(16, bad=(15,)))
    some = await stored(clickhouse)
    assert 0 < len(some) < 15
    await clickhouse.command("ALTER TABLE raw_events DROP CONSTRAINT no_bombs")
    again = Inserter(clickhouse, RealDisk(), tmp_path)
    refused = await again.store(chunk(16, bad=(15,)))
    found = await stored(clickhouse)
    assert len(found) == len(set(found))
    assert sorted([*found, *(int(item.receipt.split("#")[1]) for item in refused)]) == list(range(16))
    again.forget(chunk(16))
    assert list(tmp_path.iterdir()) == []


async def test_a_lost_answer_is_asked_for_again_under_the_same_token(
    clickhouse: ClickHouse, tmp_path: Path
) -> None:
    waits: list[float] = []

    async def no_wait(seconds: float) -> None:
        waits.append(seconds)

    class LosesAnswers(Inserter):
        tries = 0

        async def _insert(self, columns: Sequence[Sequence[object]], token: str, rows: int) -> None:
            self.tries += 1
            await super()._insert(columns, token, rows)
            if self.tries < 4:
                raise ClickHouseUnavailable(None, "the answer was lost")

    inserter = LosesAnswers(clickhouse, RealDisk(), tmp_path, no_wait)
    assert await inserter.store(chunk(5)) == []
    assert (await stored(clickhouse), await shots(clickhouse)) == (list(range(5)), 5)
    assert len(waits) == 3
    assert waits[0] < waits[2] <= 0.4


@pytest.mark.parametrize("illness", ILLNESSES)
async def test_no_row_is_called_bad_because_the_store_is_ill(
    clickhouse: ClickHouse, tmp_path: Path, illness: str
) -> None:
    begins, ends = ILLNESSES[illness]
    waits: list[float] = []

    async def recovers(seconds: float) -> None:
        waits.append(seconds)
        for statement in ends if len(waits) == 3 else ():
            await clickhouse.command(statement)

    assert await Inserter(clickhouse, RealDisk(), tmp_path).store(chunk(4, token="n-web-1-0/0")) == []
    for statement in begins:
        await clickhouse.command(statement)
    assert await Inserter(clickhouse, RealDisk(), tmp_path, recovers).store(chunk(10)) == []
    assert len(waits) == 3
    assert len(await stored(clickhouse)) == 14
    assert await shots(clickhouse) == 14


async def test_when_every_row_is_refused_the_store_gets_time_to_recover(
    clickhouse: ClickHouse, tmp_path: Path
) -> None:
    """A whole chunk of bad rows is more likely a fault of the store: a view that fails, say."""
    waits: list[float] = []

    async def recovers(seconds: float) -> None:
        waits.append(seconds)
        await clickhouse.command("ALTER TABLE raw_events DROP CONSTRAINT no_bombs")

    await clickhouse.command(NO_BOMBS)
    refused = await Inserter(clickhouse, RealDisk(), tmp_path, recovers).store(chunk(32, bad=range(32)))
    assert len(refused) == DOUBTFUL_ROWS
    assert len(waits) == 1
    assert waits[0] >= DOUBT_WAIT_S / 2
    assert await stored(clickhouse) == list(range(DOUBTFUL_ROWS, 32))


async def test_a_missing_table_is_waited_for(empty_clickhouse: ClickHouse, tmp_path: Path) -> None:
    storing = asyncio.create_task(Inserter(empty_clickhouse, RealDisk(), tmp_path).store(chunk(1)))
    done, _ = await asyncio.wait({storing}, timeout=0.5)
    assert not done
    storing.cancel()


def test_what_was_halved_is_remembered_across_a_restart(tmp_path: Path) -> None:
    halved = Halvings(RealDisk(), tmp_path / "chunk")
    halved.add(0, 8, "no\nwith two lines")
    halved.add(0, 4, "no")
    again: Any = Halvings(RealDisk(), tmp_path / "chunk")
    assert (0, 8) in again
    assert (4, 8) not in again
    assert again.detail(0, 8) == "no with two lines"
