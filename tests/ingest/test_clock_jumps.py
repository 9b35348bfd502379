"""The wall clock jumps while reports come in: what is a repetition and what is stored must not change."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from clickhouse.client import ClickHouse
from ingest.disk import RealDisk
from ingest.door import Door
from ingest.pending import Pending
from ingest.settings import IngestSettings
from ingest.spool import SegmentWriter, Spool, owned
from ingest.writer import run_writer

HOUR_S = 3600.0
NOW_S = 1_800_000_000.0


class WallClock:
    def __init__(self) -> None:
        self.now_s = NOW_S

    def __call__(self) -> float:
        return self.now_s


def shot(number: int, event_id: str = "") -> bytes:
    extra = f"&event_id={event_id}" if event_id else ""
    return f"type=weapon_fire&match_id=m&session_id=s&timestamp={number}&player_guid=1&weapon=BAR{extra}".encode()


@pytest.mark.parametrize("jump_s", [-HOUR_S, -1.0, 1.0])
async def test_events_around_a_jump_of_the_clock_are_stored_once(
    clickhouse: ClickHouse, tmp_path: Path, jump_s: float
) -> None:
    clock, settings = WallClock(), IngestSettings(linger_s=0.01, drain_s=20)
    folder = tmp_path / "spool" / "web"
    stop = asyncio.Event()
    stop.set()
    with owned(folder):
        writer = SegmentWriter(RealDisk(), folder, settings)
        spool = Spool(writer, 1 << 20)
        door = Door(spool, Pending(RealDisk(), folder, writer.identity.node), settings, clock)
        await door.accept("server", shot(1) + b"\n" + shot(2, "id-2"))
        clock.now_s += jump_s
        await door.accept("server", shot(1) + b"\n" + shot(2, "id-2"))
        await door.accept("server", shot(3))
        await spool.close()
    await run_writer(settings, clickhouse, tmp_path, stop)
    rows = await clickhouse.rows_of("SELECT game_time, received_at FROM raw_events ORDER BY game_time")
    assert [int(row["game_time"]) for row in rows] == [1, 2, 3]
    assert rows[2]["received_at"].timestamp() == NOW_S + jump_s
