"""One crash each, with what must be found afterwards."""

from __future__ import annotations

import asyncio
import functools
import json
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from clickhouse.client import ClickHouse
from clickhouse.settings import ClickHouseSettings
from ingest.conservation import conservation
from ingest.segments import HEADER_BYTES, PREAMBLE, Damage, Record, read_records
from tests.chaos.node import Node
from tests.chaos.run import check
from tests.chaos.senders import Quota, Sender

pytestmark = pytest.mark.timeout(300)


def shots(first: int, count: int) -> bytes:
    """A report of `count` events, each with a game time of its own."""
    line = "type=weapon_fire&match_id=m&session_id=s&timestamp={}&player_guid=7&weapon=BAR"
    return "\n".join(line.format(number) for number in range(first, first + count)).encode()


async def stored(node: Node) -> list[int]:
    """Game times of all rows, sorted."""
    settings = ClickHouseSettings()
    store = await ClickHouse.connect(node.clickhouse(), settings.database, settings)
    try:
        rows = await store.rows_of("SELECT game_time FROM raw_events ORDER BY game_time")
        return [int(row["game_time"]) for row in rows]
    finally:
        await store.close()


async def started(folder: Path, **settings: str) -> tuple[Node, str]:
    node = Node(folder, **settings)
    node.start()
    await node.ready()
    return node, await asyncio.to_thread(node.token, "alpha")


async def hold_writer(node: Node) -> None:
    """Stop the writer where it stands, so that segments wait."""
    await node.until(lambda: node.pid("writer"), "a writer there")
    assert node.signal("writer", signal.SIGSTOP)


async def test_a_stop_under_load_keeps_every_acknowledged_event_and_leaves_no_process(folder: Path) -> None:
    node, token = await started(folder)
    sender, quota = Sender("sender-0", token, node.url, 1), Quota(1_000_000)
    sending = asyncio.create_task(sender.run(quota))
    while quota.sent < 2000:
        await asyncio.sleep(0.01)
    await asyncio.to_thread(node.stop)
    assert node.process is not None
    assert (node.process.returncode, node.processes()) == (0, {})
    node.start()
    await node.ready()
    quota.is_over = True
    await sending
    await node.drained()
    await check(node, [sender])


async def test_a_kill_during_recovery_loses_nothing(folder: Path) -> None:
    node, token = await started(folder)
    await hold_writer(node)
    for number in range(20):
        status, _ = await asyncio.to_thread(node.post, token, shots(1 + 50 * number, 50))
        assert status == 202
    for role in ("web", "writer"):
        node.kill_all()
        node.start()
        await node.until(functools.partial(node.kill, role), f"{role} killed in recovery")
    node.kill_all()
    node.start()
    await node.ready()
    await node.drained()
    assert await stored(node) == list(range(1, 1001))


async def test_damage_in_the_spool_costs_only_the_damaged_reports_and_is_kept_with_its_place(
    folder: Path,
) -> None:
    # Fifty events fill a segment; what comes after them stays open.
    node, token = await started(folder, STATLINE_INGEST_BATCH_ROWS_MAX="50", STATLINE_INGEST_LINGER_S="60")
    await hold_writer(node)
    for first in (1, 11, 21, 31, 41, 101):
        status, _ = await asyncio.to_thread(node.post, token, shots(first, 10))
        assert status == 202
    await node.until(lambda: {path.suffix for path in node.spooled()} == {".seg", ".open"}, "sealed and open")
    node.kill_all()
    path, flipped = _flip_a_bit(node)
    _tear(node)
    node.start()
    await node.ready()
    await node.drained()
    lost = set(range(flipped, flipped + 10))
    assert await stored(node) == [n for n in [*range(1, 51), *range(101, 111)] if n not in lost]
    lines = [
        line for file in (node.data_dir / "quarantine").iterdir() for line in file.read_text().splitlines()
    ]
    kept = [json.loads(line) for line in lines]
    assert [(item["reason"], item["events"]) for item in kept] == [("damaged_record", 10)]
    assert f"at byte {len(PREAMBLE)} of {path.name}" in kept[0]["detail"]


def _flip_a_bit(node: Node) -> tuple[Path, int]:
    """In the body of the first report of a sealed segment; the segment, and the first of the damaged events."""
    path = min(path for path in node.spooled() if path.suffix == ".seg")
    data = bytearray(path.read_bytes())
    data[len(PREAMBLE) + HEADER_BYTES + 60] ^= 1
    first = next(iter(read_records(path.read_bytes())))
    assert isinstance(first, Record)
    path.write_bytes(bytes(data))
    assert isinstance(next(iter(read_records(path.read_bytes()))), Damage)
    return path, int(first.body.split(b"timestamp=")[1].split(b"&")[0])


def _tear(node: Node) -> None:
    """Append half a record to the open segment, as a crash in the middle of a write leaves it."""
    (path,) = (path for path in node.spooled() if path.suffix == ".open")
    data = path.read_bytes()
    path.write_bytes(data + data[len(PREAMBLE) : len(PREAMBLE) + 200])


@pytest.fixture
def small_disk(folder: Path) -> Iterator[None]:
    """The spool lies on a file system of 1 MiB."""
    spool = folder / "var" / "spool"
    spool.mkdir(parents=True)
    (folder / "var").chmod(0o711)  # as statline makes it: Postgres passes through as another user
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", spool], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"a small file system cannot be mounted here: {done.stderr.strip()}")
    yield
    subprocess.run(["umount", "--lazy", spool], check=True)


@pytest.mark.usefixtures("small_disk")
async def test_a_full_disk_answers_503_and_keeps_what_it_accepted_through_a_kill(folder: Path) -> None:
    node, token = await started(folder)
    await hold_writer(node)
    accepted = 0
    while True:
        status, headers = await asyncio.to_thread(node.post, token, shots(1 + 500 * accepted, 500))
        if status != 202:
            break
        accepted += 1
    assert (status, accepted > 3) == (503, True)
    assert int(headers["Retry-After"]) >= 1
    assert node.get("/ready")[0] == 503
    # A web process that starts on the full disk cannot; it comes back when the writer has made room.
    await node.until(lambda: node.kill("web"), "killed web")
    assert node.signal("writer", signal.SIGCONT)
    await node.until(lambda: node.get("/ready")[0] == 200, "ready again")
    await node.drained()
    assert await stored(node) == list(range(1, 1 + 500 * accepted))
    assert (await asyncio.to_thread(node.post, token, shots(1_000_000, 1)))[0] == 202
    assert conservation(node.data_dir).holds


async def test_a_full_spool_answers_429_with_retry_after_and_keeps_what_it_accepted(folder: Path) -> None:
    quota = {"STATLINE_INGEST_SPOOL_BYTES_MAX": str(1 << 20), "STATLINE_INGEST_HOLD_S": "0"}
    node, token = await started(folder, **quota)
    await hold_writer(node)
    accepted = 0
    while True:
        status, headers = await asyncio.to_thread(node.post, token, shots(1 + 500 * accepted, 500))
        if status != 202:
            break
        accepted += 1
    assert status == 429
    assert int(headers["Retry-After"]) >= 1
    assert sum(path.stat().st_size for path in node.spooled()) <= 1 << 20
    assert node.signal("writer", signal.SIGCONT)
    await node.drained()
    assert await stored(node) == list(range(1, 1 + 500 * accepted))
    # The door looks at its folder ten times a second; until then it refuses, and a refused report is sent again.
    await node.until(lambda: node.post(token, shots(1_000_000, 1))[0] == 202, "room again")
