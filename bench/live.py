"""Readers of event streams: how long after its POST a kill reaches them, what each costs, and what the hook costs the writer.

A thousand readers watch one match on one web process, while a kill is posted every 0.1 s; each reader's delay is
measured by the kill's number in its victim's guid. The readers are one process beside the server, on the same machine.
"""

from __future__ import annotations

import asyncio
import re
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import psutil

from bench import payload
from bench.open_loop import percentiles_ms
from bench.server import Server
from ingest.backlog import Segment
from ingest.batches import Assembler, decode_segment
from ingest.context import Context
from ingest.decode import Decoder
from ingest.duplicates import DuplicateWindow
from ingest.segments import PREAMBLE, encode_record
from ingest.spool import SegmentName
from live.deltas import batch_delta, live_rows, servers_heard

READERS: Final = 1000
KILL_EVERY_S: Final = 0.1
SETTLE_S: Final = 4.0
HOOK_EVENTS: Final = 20_000
_VICTIM: Final = re.compile(rb'"victim_guid":"probe(\d+)"')


def run(seconds: float = 30.0, rounds: int = 1) -> dict[str, Any]:  # noqa: ARG001 - every measurement takes both
    """Measure on a server of its own."""
    with tempfile.TemporaryDirectory(prefix="statline-bench-") as folder:
        # All readers have one address here.
        server = Server(Path(folder) / "data", {"STATLINE_WEB_READS_PER_ADDRESS": "0"})
        try:
            server.ready()
            found = asyncio.run(_watch(server, server.token("live"), seconds))
            changes = server.labelled("statline_live_changes_total")
            stages = server.labelled("statline_ingest_stage_seconds_total")
            # Of each batch, all of it spent before the boards are told.
            found |= {"changes": changes, "writer_ms": _per_batch_ms(stages, sum(changes.values()))}
        finally:
            server.stop()
    return found | {"hook_us_per_event": _hook_us_per_event()}


def _per_batch_ms(stages: dict[str, float], batches: float) -> dict[str, float]:
    return {stage.split('"')[1]: seconds / batches * 1000 for stage, seconds in stages.items()}


async def _watch(server: Server, token: str, seconds: float) -> dict[str, Any]:
    await _post(server, token, "type=match_start&match_id=bench&map_name=dm/mohdm6&gametype=2")
    # A reader of a match that is not on the board yet would be sent away.
    await asyncio.to_thread(
        server.wait, lambda: bool(server.get("/api/v1/live/matches/bench")), SETTLE_S * 10, "on the board"
    )
    web = psutil.Process(server.role_pid("web"))
    memory_before, cpu_before = web.memory_info().rss, sum(web.cpu_times()[:2])
    posted: dict[int, float] = {}
    delays: list[float] = []
    readers = [asyncio.create_task(_read(server, posted, delays)) for _ in range(READERS)]
    await asyncio.sleep(SETTLE_S)
    memory_each = (web.memory_info().rss - memory_before) / READERS
    number, until = 0, time.perf_counter() + seconds
    began = time.perf_counter()
    while time.perf_counter() < until:
        number += 1
        posted[number] = time.perf_counter()
        await _post(
            server, token,
            f"type=player_kill&match_id=bench&attacker_guid={number % 20}&attacker_name=Player+{number % 20}"
            f"&victim_guid=probe{number}&victim_name=Victim+{number}&weapon=Thompson",
        )  # fmt: skip
        await asyncio.sleep(max(0.0, posted[number] + KILL_EVERY_S - time.perf_counter()))
    await asyncio.sleep(SETTLE_S)
    took = time.perf_counter() - began
    cpu_s = sum(web.cpu_times()[:2]) - cpu_before
    memory_after = (web.memory_info().rss - memory_before) / READERS
    ended = [reader.exception() for reader in readers if reader.done()]
    print(f"  readers lost: {len(ended)} {ended[:1]}", flush=True)
    for reader in readers:
        reader.cancel()
    delay = percentiles_ms(delays)
    return {
        "readers": READERS, "readers_lost": len(ended), "kills": number, "received": len(delays), "expected": number * READERS,
        "delay_p50_ms": delay["p50"], "delay_p99_ms": delay["p99"], "delay_max_ms": delay["max"],
        "memory_kib_each": memory_each / 1024, "memory_kib_each_after": memory_after / 1024,
        "web_cpu_share": cpu_s / took,
    }  # fmt: skip


async def _post(server: Server, token: str, body: str) -> None:
    address = urlsplit(server.url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(
        f"POST /api/v1/ingest/events HTTP/1.1\r\nHost: x\r\nX-Server-Token: {token}\r\nConnection: close\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}".encode()
    )
    answer = await reader.read()
    writer.close()
    if not answer.startswith(b"HTTP/1.1 202"):
        raise RuntimeError(answer.decode())


async def _read(server: Server, posted: dict[int, float], delays: list[float]) -> None:
    address = urlsplit(server.url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port, limit=1 << 20)
    writer.write(b"GET /api/v1/live/matches/bench/events HTTP/1.1\r\nHost: x\r\n\r\n")
    status = await reader.readline()
    if b" 200 " not in status:
        raise RuntimeError(status.decode())
    is_first = True
    while data := await reader.readline():
        # The first line of data is the board, with kills that were posted before this reader came.
        if not data.startswith(b"data: "):
            continue
        now = time.perf_counter()
        if not is_first:
            delays.extend(now - posted[int(found)] for found in _VICTIM.findall(data) if int(found) in posted)
        is_first = False


def _hook_us_per_event() -> float:
    """CPU time that a batch of the recorded mix costs the writer before it goes on, per event."""
    now_ms = int(time.time() * 1000)
    bodies = [
        line.replace(payload.MARKER, f"{number}.000").encode()
        for number, line in enumerate(payload.single_lines(HOOK_EVENTS))
    ]
    records = [encode_record("bench", now_ms, 1, "", body) for body in bodies]
    name = SegmentName(1, 1, HOOK_EVENTS)
    segment = Segment(Path("bench"), name, f"bench-live-{name.key}")
    decoded = decode_segment(segment, PREAMBLE + b"".join(records), Decoder())
    [chunk] = Assembler(DuplicateWindow(600_000, 1_000_000), Context()).assemble(decoded, {}).chunks
    found = []
    for _ in range(9):
        started = time.process_time()
        batch_delta(chunk.token, live_rows(chunk.rows, 3_600_000), servers_heard(chunk.rows), feed_max=50)
        found.append((time.process_time() - started) / HOOK_EVENTS * 1e6)
    return statistics.median(found)
