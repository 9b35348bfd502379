"""S0 to S3: events stored a second, end to end: HTTP, durable acknowledgement, decode, duplicates, context, every view.

Each scenario runs in turns against one server, S0 (bench/bare.py) beside them. A run counts only if every accepted event is inserted.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path
from typing import Any, Final, NamedTuple

from bench.bare import Bare
from bench.load import body_files, closed_loop
from bench.server import Server


class Scenario(NamedTuple):
    """One load: shape of the bodies (bench.payload.SHAPES) and connections, closed loop."""

    shape: str
    connections: int


SCENARIOS: Final = {
    "S1 single URL posts": Scenario("single", 64),
    "S2 20-event JSON arrays": Scenario("array20", 16),
    "S3 100-line URL bodies": Scenario("lines100", 8),
}

BARE_S: Final = 10.0
"""Nothing fills up in S0: a longer run tells no more."""


def run(seconds: float = 30.0, rounds: int = 3) -> dict[str, Any]:
    """Run every scenario `rounds` times in turns; medians and every single run."""
    with tempfile.TemporaryDirectory(prefix="statline-bench-") as folder:
        server = Server(Path(folder) / "data")
        start_first_s = server.ready()
        try:
            token, files = server.token("bench"), body_files(Path(folder))
            results: dict[str, list[dict[str, float]]] = {name: [] for name in SCENARIOS}
            yardstick = []
            for number in range(rounds):
                yardstick.append(bare_edge(files["single"], min(seconds, BARE_S)))
                rate = yardstick[-1]["requests_per_s"]
                print(f"  S0 bare aiohttp, round {number + 1}: {rate:,.0f} requests/s", flush=True)
                for name, scenario in SCENARIOS.items():
                    run_ = measure(server, scenario, files[scenario.shape], token, seconds)
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
        "yardstick": medians(yardstick),
        "medians": {name: medians(runs) for name, runs in results.items()},
        "runs": results,
        "yardsticks": yardstick,
    }


def bare_edge(bodies: Path, seconds: float) -> dict[str, float]:
    """S0: what an edge of aiohttp with nothing behind it takes of S1's load."""
    bare = Bare()
    try:
        return bare.measure(bodies, SCENARIOS["S1 single URL posts"].connections, seconds)
    finally:
        bare.stop()


def measure(server: Server, scenario: Scenario, bodies: Path, token: str, seconds: float) -> dict[str, float]:
    """One closed-loop run and its drain."""
    received_before = server.metric("statline_ingest_events_received_total")
    inserted_before = server.metric("statline_ingest_events_inserted_total")
    usage_before, stages_before = server.usage(), server.stage_seconds()
    started = time.perf_counter()
    load = closed_loop(server.url, bodies, token, scenario.connections, seconds)
    received = server.received_at_rest()
    server.drained(received)
    elapsed_s = time.perf_counter() - started
    accepted = received - received_before
    inserted = server.metric("statline_ingest_events_inserted_total") - inserted_before
    if inserted != accepted:
        raise RuntimeError(f"accepted {accepted:.0f} events, inserted {inserted:.0f}")
    return {
        "stored_per_s": accepted / elapsed_s,
        "accepted": accepted,
        "drain_s": elapsed_s - load["seconds"],
        "p50_ms": load["p50_ms"],
        "p99_ms": load["p99_ms"],
        "not_202": load["not_202"],
        **server.usage().cpu_us_per_event(usage_before, accepted),
        **stage_us_per_event(server, stages_before, accepted),
    }


def stage_us_per_event(server: Server, before: dict[str, float], events: float) -> dict[str, float]:
    """Microseconds of each stage of the writer per event since `before`."""
    now = server.stage_seconds()
    return {
        f"stage_us_per_event_{stage}": (seconds - before.get(stage, 0.0)) / events * 1e6
        for stage, seconds in now.items()
    }


def medians(runs: list[dict[str, float]]) -> dict[str, float]:
    """The median of each figure."""
    return {key: statistics.median(run_[key] for run_ in runs) for key in runs[0]}
