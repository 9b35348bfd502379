"""A pause begins between two segments, ends with whoever wanted it, and never finds anything half stored."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from clickhouse.client import ClickHouse
from ingest.checkpoint import Checkpoint
from ingest.door import open_door
from ingest.pause import PauseRefused, WriterPause, paused
from ingest.settings import IngestSettings
from ingest.writer import run_writer
from tests.conftest import wait_until

SETTINGS = IngestSettings(linger_s=0.01, drain_s=20)


def test_a_pause_waits_for_the_segment_in_work_and_then_none_is_taken(tmp_path: Path) -> None:
    writer = WriterPause(tmp_path)
    assert writer.may_work()
    with pytest.raises(PauseRefused, match="did not finish"), paused(tmp_path, 0.1):
        pass
    assert writer.may_work()
    writer.rest()
    with paused(tmp_path, 5):
        assert not writer.may_work()
        with pytest.raises(PauseRefused, match="somebody else"), paused(tmp_path, 5):
            pass
    assert writer.may_work()
    writer.close()


def test_the_one_who_wants_a_pause_may_die(tmp_path: Path) -> None:
    writer = WriterPause(tmp_path)
    code = "import sys; from pathlib import Path; from ingest.pause import paused\nwith paused(Path(sys.argv[1]), 5): print('in', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"in\n"
        assert not writer.may_work()
        process.kill()
    assert writer.may_work()
    writer.close()


def test_a_segment_that_was_begun_and_not_finished_forbids_the_pause(tmp_path: Path) -> None:
    (tmp_path / "checkpoint").write_bytes(msgspec.msgpack.encode(Checkpoint(next="node-web-1-1")))
    with pytest.raises(PauseRefused, match="node-web-1-1"), paused(tmp_path, 5):
        pass


async def test_reports_wait_in_the_spool_during_a_pause_and_are_stored_after_it(
    clickhouse: ClickHouse, tmp_path: Path
) -> None:
    stop = asyncio.Event()
    writer = asyncio.create_task(run_writer(SETTINGS, clickhouse, tmp_path, stop))
    await wait_until((tmp_path / "writer" / "pause.wish").exists)
    async with open_door(SETTINGS, tmp_path / "spool" / "web") as door:
        with paused(tmp_path / "writer", 5) as checkpoint:
            await door.accept("server", b"type=jump&player_guid=1")
            await wait_until(lambda: list((tmp_path / "spool" / "web").glob("*.seg")))
            assert checkpoint.next == ""
            assert door.pending_events() == 1
            assert await raw_rows(clickhouse) == 0
        await wait_until(lambda: door.pending_events() == 0)
    assert await raw_rows(clickhouse) == 1
    stop.set()
    await writer


async def raw_rows(clickhouse: ClickHouse) -> int:
    rows = await clickhouse.rows_of("SELECT count() AS c FROM raw_events")
    return int(rows[0]["c"])
