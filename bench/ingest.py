"""Events stored a second, end to end: HTTP, durable acknowledgement, decode, duplicates, context, every view.

Each scenario runs in turns against one server. A run counts only if every accepted event is in raw_events and
in the totals of two views.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, Final, NamedTuple

from bench import payload
from bench.server import Server

LUA: Final = Path(__file__).with_name("post.lua")


class Scenario(NamedTuple):
    """One load: shape of the bodies (bench.payload.SHAPES) and connections, closed loop."""

    shape: str
    connections: int


SCENARIOS: Final = {
    "S1 single URL posts": Scenario("single", 64),
    "S2 20-event JSON arrays": Scenario("array20", 16),
    "S3 100-line URL bodies": Scenario("lines100", 8),
}


def run(seconds: float = 30.0, rounds: int = 3) -> dict[str, Any]:
    """Run every scenario `rounds` times in turns; medians and every single run."""
    with tempfile.TemporaryDirectory(prefix="statline-bench-") as folder:
        server = Server(Path(folder) / "data")
        start_first_s = server.ready()
        try:
            token = server.token("bench")
            files = _bodies(Path(folder))
            results: dict[str, list[dict[str, float]]] = {name: [] for name in SCENARIOS}
            for number in range(rounds):
                for place, (name, scenario) in enumerate(SCENARIOS.items()):
                    start = 1_000_000 + (number * len(SCENARIOS) + place) * 10_000_000
                    run_ = _measure(server, scenario, files[scenario.shape], token, start, seconds)
                    results[name].append(run_)
                    print(f"  {name}, round {number + 1}: {run_['stored_per_s']:,.0f} events/s", flush=True)
            rss_mb = server.usage().rss_mb
        finally:
            stop_s = server.stop()
        server = Server(Path(folder) / "data")
        start_second_s = server.ready()
        server.stop()
    return {
        "start_first_s": start_first_s,
        "start_second_s": start_second_s,
        "stop_s": stop_s,
        "rss_mb": rss_mb,
        "medians": {name: _medians(runs) for name, runs in results.items()},
        "runs": results,
    }


def _bodies(folder: Path) -> dict[str, Path]:
    files = {}
    for shape, (make, count, _) in payload.SHAPES.items():
        files[shape] = folder / f"{shape}.txt"
        payload.write_bodies(files[shape], make(count))
    return files


def _measure(
    server: Server, scenario: Scenario, bodies: Path, token: str, start: int, seconds: float
) -> dict[str, float]:
    """One closed-loop run and its drain."""
    before = server.metric("statline_ingest_events_received_total")
    inserted_before = server.metric("statline_ingest_events_inserted_total")
    cpu_before = server.usage().cpu_s
    started = time.perf_counter()
    command = [
        "wrk", "-t1", f"-c{scenario.connections}", f"-d{seconds}s", "-s", str(LUA), server.url,
        "--", str(bodies), token, str(start),
    ]  # fmt: skip
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    load = json.loads(output.splitlines()[-1])
    received = server.metric("statline_ingest_events_received_total")
    server.drained(received)
    elapsed_s = time.perf_counter() - started
    accepted = received - before
    inserted = server.metric("statline_ingest_events_inserted_total") - inserted_before
    if inserted != accepted:
        raise RuntimeError(f"accepted {accepted:.0f} events, inserted {inserted:.0f}")
    cpu_s = server.usage().cpu_s
    return {
        "stored_per_s": accepted / elapsed_s,
        "accepted": accepted,
        "drain_s": elapsed_s - load["seconds"],
        "p50_ms": load["p50_ms"],
        "p99_ms": load["p99_ms"],
        "not_202": load["not_202"],
        **{
            f"cpu_us_per_event_{role}": (cpu_s[role] - cpu_before.get(role, 0.0)) / accepted * 1e6
            for role in ("web", "writer", "engine")
        },
    }


def _medians(runs: list[dict[str, float]]) -> dict[str, float]:
    return {key: statistics.median(run_[key] for run_ in runs) for key in runs[0]}
