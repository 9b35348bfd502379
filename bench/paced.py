"""10,000 events a second, whatever the answers do: S4 as single posts for a minute, S7 as the scripts send them for ten."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any, Final

from bench.ingest import medians, stage_us_per_event
from bench.load import begin_open_loop, body_files, finished, fresh_start
from bench.open_loop import Load
from bench.payload import SHAPES
from bench.server import Server
from bench.visible import Probes, ask_engine

EVENTS_PER_S: Final = 10_000.0
SINGLE: Final = "single"
ARRAYS: Final = "array20"
CONNECTIONS: Final = 64
SAMPLE_EVERY_S: Final = 30.0


def run(seconds: float = 60.0, rounds: int = 3) -> dict[str, Any]:
    """S4: latency of the acknowledgement from the scheduled moment, what was shed, and when events are visible."""
    with tempfile.TemporaryDirectory(prefix="statline-bench-") as folder:
        server = Server(Path(folder) / "data")
        server.ready()
        try:
            token, bodies = server.token("bench"), body_files(Path(folder))[SINGLE]
            runs = []
            for number in range(rounds):
                run_ = _measure(server, bodies, token, seconds)
                runs.append(run_)
                said = f"p99 {run_['p99_ms']:.1f} ms, visible p99 {run_['visible_p99_ms']:.0f} ms"
                print(f"  S4, round {number + 1}: {said}, shed {run_['shed']:.0f}", flush=True)
        finally:
            server.stop()
    return {"medians": medians(runs), "runs": runs}


def _measure(server: Server, bodies: Path, token: str, seconds: float) -> dict[str, float]:
    settled_before = server.settled()
    usage_before, stages_before = server.usage(), server.stage_seconds()
    load = _load(server, bodies, token, seconds, SINGLE)
    with Probes(server, token) as probes:
        figures = finished(begin_open_loop(load))
    accepted = figures["answered"].get("202", 0)
    server.drained(settled_before + accepted)
    return {
        **_of_generator(figures),
        **probes.figures(),
        **server.usage().cpu_us_per_event(usage_before, accepted),
        **stage_us_per_event(server, stages_before, accepted),
    }


def _load(server: Server, bodies: Path, token: str, seconds: float, shape: str) -> Load:
    return Load(
        url=server.url, token=token, bodies=str(bodies), rate_per_s=EVENTS_PER_S / SHAPES[shape][2], seconds=seconds,
        connections=CONNECTIONS, start=fresh_start(),
    )  # fmt: skip


def _of_generator(figures: dict[str, Any]) -> dict[str, float]:
    accepted = figures["answered"].get("202", 0)
    return {
        "accepted": accepted,
        "shed": figures["scheduled"] - accepted,
        **{name: figures[name] for name in ("p50_ms", "p99_ms", "p99.9_ms", "max_ms", "took_s")},
    }


def endurance(seconds: float = 600.0, rounds: int = 1) -> dict[str, Any]:
    """S7: memory, parts and insert time along ten minutes at 10,000 events/s in 20-event arrays. One round is one server."""
    return {"runs": [_endure(seconds) for _ in range(rounds)]}


def _endure(seconds: float) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="statline-bench-") as folder:
        server = Server(Path(folder) / "data")
        server.ready()
        try:
            token, bodies = server.token("bench"), body_files(Path(folder))[ARRAYS]
            generator = begin_open_loop(_load(server, bodies, token, seconds, ARRAYS))
            samples, began_at = [], time.perf_counter()
            inserts = _inserts(server)
            while generator.poll() is None:
                time.sleep(min(SAMPLE_EVERY_S, seconds / 10))
                inserts, sample = _sample(server, inserts)
                samples.append({"at_s": time.perf_counter() - began_at, **sample})
                print(f"  {_line(samples[-1])}", flush=True)
            figures = finished(generator)
            server.drained(figures["answered"].get("202", 0) * SHAPES[ARRAYS][2])
        finally:
            server.stop()
    return {**_of_generator(figures), "events_a_request": SHAPES[ARRAYS][2], "samples": samples}


def _inserts(server: Server) -> tuple[float, float]:
    name = "statline_ingest_insert_duration_seconds"
    return server.metric(f"{name}_sum"), server.metric(f"{name}_count")


def _sample(server: Server, before: tuple[float, float]) -> tuple[tuple[float, float], dict[str, float]]:
    now = _inserts(server)
    count = now[1] - before[1]
    parts = ask_engine(
        server, "SELECT countIf(active), count() FROM system.parts WHERE database = 'statline'"
    )
    active, every = parts.split()
    return now, {
        "insert_ms": (now[0] - before[0]) / count * 1e3 if count else 0.0,
        "parts_active": float(active),
        "parts": float(every),
        "pending": server.metric("statline_ingest_queue_events"),
        **{f"rss_mb_{role}": size for role, size in server.usage().rss_mb.items()},
    }


def _line(sample: dict[str, float]) -> str:
    memory = ", ".join(f"{role} {sample[f'rss_mb_{role}']:.0f}" for role in ("web", "writer", "engine"))
    parts = f"{sample['parts_active']:.0f} active of {sample['parts']:.0f} parts"
    return f"{sample['at_s']:4.0f} s: RSS MB {memory}; insert {sample['insert_ms']:.0f} ms; {parts}"
