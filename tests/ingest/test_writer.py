"""From spool folder to ClickHouse, with crashes: every acknowledged event in the raw table and the views once."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from clickhouse.client import ClickHouse
from clickhouse.errors import ClickHouseUnavailable
from ingest.disk import RealDisk
from ingest.door import open_door
from ingest.errors import SpoolInUse
from ingest.segments import encode_record
from ingest.settings import IngestSettings
from ingest.spool import SegmentWriter, owned
from ingest.writer import Writer, run_writer

SETTINGS = IngestSettings(linger_s=0.01, batch_rows_max=50, drain_s=20)
Eventually = Callable[..., Awaitable[Any]]


class Killed(BaseException):
    """Stands for a SIGKILL: nothing of ours handles it."""


class Shaky(ClickHouse):
    """The real engine, whose answers get lost and whose caller gets killed before or after an insert."""

    rng: random.Random
    kill_rate = lose_rate = 0.0

    async def insert(
        self, table: str, column_names: Sequence[str], columns: Sequence[Sequence[Any]], *, token: str
    ) -> None:
        if self.rng.random() < self.kill_rate / 2:
            raise Killed
        await super().insert(table, column_names, columns, token=token)
        if self.rng.random() < self.kill_rate:
            raise Killed
        if self.rng.random() < self.lose_rate:
            raise ClickHouseUnavailable(None, "the answer was lost")


def shot(number: int, player: int = 1) -> bytes:
    return (
        f"type=weapon_fire&match_id=m1&session_id=s1&timestamp={number}.000&player_guid={player}&weapon=BAR"
    ).encode()


async def drain(data_dir: Path, clickhouse: ClickHouse) -> None:
    """Run a writer until the spool is empty."""
    stop = asyncio.Event()
    stop.set()
    await run_writer(SETTINGS, clickhouse, data_dir, stop)


async def counts(clickhouse: ClickHouse) -> tuple[int, int, int]:
    """Rows, distinct events, and shots counted by a view."""
    raw = await clickhouse.rows_of(
        "SELECT count() AS c, uniqExact(game_time, player_guid) AS u FROM raw_events"
    )
    view = await clickhouse.rows_of("SELECT sum(shots_fired) AS shots FROM player_days")
    return raw[0]["c"], raw[0]["u"], int(view[0]["shots"])


async def test_what_goes_in_at_the_door_comes_out_in_the_tables(
    clickhouse: ClickHouse, tmp_path: Path
) -> None:
    async with open_door(SETTINGS, tmp_path / "spool" / "web") as door:
        accepted = await door.accept("server", b"\n".join(shot(n) for n in range(120)))
        assert accepted.processed == 120
        assert door.pending_events() == 120
        await drain_while_open(door, clickhouse, tmp_path)
    assert await counts(clickhouse) == (120, 120, 120)


async def drain_while_open(door: Any, clickhouse: ClickHouse, data_dir: Path) -> None:
    stop = asyncio.Event()
    writer = asyncio.create_task(run_writer(SETTINGS, clickhouse, data_dir, stop))
    async with asyncio.timeout(60):
        while door.pending_events():
            await asyncio.sleep(0.01)
    stop.set()
    await writer


@pytest.mark.parametrize("seed", range(4))
async def test_kills_and_lost_answers_change_nothing(
    clickhouse: ClickHouse, clickhouse_url: str, tmp_path: Path, seed: int
) -> None:
    rng = random.Random(seed)
    shaky = Shaky(clickhouse_url, clickhouse._database, clickhouse._settings)
    shaky.rng, shaky.kill_rate, shaky.lose_rate = rng, 0.3, 0.2
    sent = 0
    kills = 0
    for _life in range(12):
        async with open_door(SETTINGS, tmp_path / "spool" / "web") as door:
            for _ in range(rng.randint(0, 5)):
                size = rng.randint(1, 60)
                body = b"\n".join(shot(sent + n, player=n) for n in range(size))
                await door.accept("server", body)
                sent += size
                if rng.random() < 0.3:  # the sender did not see the answer and sends the same again
                    await door.accept("server", body)
        try:
            await drain(tmp_path, shaky)
        except Killed:
            kills += 1
    shaky.kill_rate = 0.0
    await drain(tmp_path, shaky)
    await shaky.close()
    assert kills > 0
    assert await counts(clickhouse) == (sent, sent, sent)
    assert not list((tmp_path / "spool" / "web").glob("*.seg"))


async def test_the_duplicate_window_survives_a_restart(clickhouse: ClickHouse, tmp_path: Path) -> None:
    for _ in range(3):
        async with open_door(SETTINGS, tmp_path / "spool" / "web") as door:
            await door.accept("server", shot(1))
        await drain(tmp_path, clickhouse)
    assert await counts(clickhouse) == (1, 1, 1)


async def test_the_match_context_survives_a_restart(clickhouse: ClickHouse, tmp_path: Path) -> None:
    bodies = (b"type=match_start&match_id=m1&session_id=s1&gametype=2&map_name=dm/mohdm6", shot(1))
    for body in bodies:
        async with open_door(SETTINGS, tmp_path / "spool" / "web") as door:
            await door.accept("server", body)
        await drain(tmp_path, clickhouse)
    rows = await clickhouse.rows_of(
        "SELECT map_name, gametype FROM raw_events WHERE event_type = 'weapon_fire'"
    )
    assert rows == [{"map_name": "dm/mohdm6", "gametype": "tdm"}]


async def test_an_event_id_is_known_after_the_window_is_over(clickhouse: ClickHouse, tmp_path: Path) -> None:
    forgetful = IngestSettings(linger_s=0.01, duplicate_window_s=0, drain_s=20)
    stop = asyncio.Event()
    stop.set()
    for extra in (b"", b"&x=1", b"&x=2"):
        async with open_door(forgetful, tmp_path / "spool" / "web") as door:
            await door.accept("server", shot(1) + b"&event_id=e1" + extra)
            await asyncio.sleep(0.002)  # another millisecond, so that a window of 0 s has passed
        await run_writer(forgetful, clickhouse, tmp_path, stop)
    assert await counts(clickhouse) == (1, 1, 1)


async def test_refused_lines_are_found_in_quarantine_with_their_bytes(
    clickhouse: ClickHouse, tmp_path: Path
) -> None:
    async with open_door(SETTINGS, tmp_path / "spool" / "web") as door:
        accepted = await door.accept("server", b"nonsense\n" + shot(1) + b"\n{broken")
        assert accepted.processed == 1
    await drain(tmp_path, clickhouse)
    kept = b"".join(path.read_bytes() for path in (tmp_path / "quarantine").iterdir())
    assert kept.count(b"\n") == 2
    assert b"no_type" in kept
    assert b"bad_json" in kept
    assert await counts(clickhouse) == (1, 1, 1)


async def test_a_dead_web_process_leaves_nothing_behind(clickhouse: ClickHouse, tmp_path: Path) -> None:
    """What it left open is sealed by the writer, once nobody owns the folder."""
    folder = tmp_path / "spool" / "web-gone"
    folder.mkdir(parents=True)
    writer = SegmentWriter(RealDisk(), folder, SETTINGS)
    writer.commit([encode_record("server", 1_800_000_000_000, 1, "", shot(1))], 1)
    assert [path.suffix for path in folder.glob("*-*")] == [".open"]
    await drain(tmp_path, clickhouse)
    assert await counts(clickhouse) == (1, 1, 1)


async def test_one_writer_at_a_time(clickhouse: ClickHouse, tmp_path: Path) -> None:
    with owned(tmp_path / "writer"), pytest.raises(SpoolInUse), owned(tmp_path / "writer"):
        pass
    writer = Writer(SETTINGS, clickhouse, tmp_path, RealDisk())
    stop = asyncio.Event()
    stop.set()
    await writer.run(stop, 1)
