"""`python -m bench [name ...]`: run the measurements, print medians and ratios, write bench/results/*.json."""

from __future__ import annotations

import argparse
import inspect
import json
import os
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from bench import engine, ingest, live, overload, paced, pages, peer, queries, steps

RESULTS: Final = Path(__file__).parent / "results"
BENCHES: Final[dict[str, Callable[..., dict[str, Any]]]] = {
    "engine": engine.run,
    "ingest": ingest.run,
    "live": live.run,
    "paced": paced.run,
    "peer": peer.run,
    "overload": overload.run,
    "catchup": overload.catch_up,
    "steps": steps.run,
    "endurance": paced.endurance,
    "queries": queries.run,
    "pages": pages.run,
}
BY_NAME_ONLY: Final = frozenset({"endurance", "queries", "pages"})
"""Too long for a run of everything."""


def main(arguments: list[str]) -> int:
    """Run the named measurements; without a name all but the longest."""
    options = _options(arguments)
    results: dict[str, Any] = {
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "machine": _machine(),
    }
    for name in options.names or [name for name in BENCHES if name not in BY_NAME_ONLY]:
        print(f"{name}:", flush=True)
        wanted = {
            key: value
            for key in ("seconds", "rounds", "events", "data")
            if (value := getattr(options, key)) is not None
        }
        known = inspect.signature(BENCHES[name]).parameters
        results[name] = BENCHES[name](**{key: value for key, value in wanted.items() if key in known})
        print(json.dumps({k: v for k, v in results[name].items() if k != "runs"}, indent=1), flush=True)
    _print_ratios(results)
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{results['at'].replace(':', '')}.json"
    path.write_text(json.dumps(results, indent=1), encoding="utf-8")
    print(f"written: {path}")
    return 0


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure statline on this machine.")
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(BENCHES))
    parser.add_argument("--seconds", type=float, help="length of one run; each measurement has its default")
    parser.add_argument("--rounds", type=int, help="runs of each scenario, in turns")
    parser.add_argument(
        "--events",
        type=int,
        nargs="+",
        help="of queries: how many events are asked over, one after the other",
    )
    parser.add_argument(
        "--data", nargs="+", help="of queries: data folders that hold these events already, one for each"
    )
    options = parser.parse_args(arguments)
    for name in options.names:
        if name not in BENCHES:
            parser.error(f"no such measurement: {name}; there are {', '.join(BENCHES)}")
    return options


def _machine() -> dict[str, object]:
    model = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return {
        "cpus": os.cpu_count(),
        "model": model[0].partition(": ")[2] if model else platform.processor(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
        "python": platform.python_version(),
        "kernel": platform.release(),
        "load_before": os.getloadavg()[0],
    }


def _print_ratios(results: dict[str, Any]) -> None:
    """Each scenario as a share of what the engine alone stores in this run, S1 of what a bare edge answers."""
    if "ingest" in results:
        rate = results["ingest"]["medians"]["S1 single URL posts"]["stored_per_s"]
        bare = results["ingest"]["yardstick"]["requests_per_s"]
        print(f"S1: {rate:,.0f} events/s = {rate / bare:.2f} of a bare aiohttp edge ({bare:,.0f} requests/s)")
    if "engine" not in results or "ingest" not in results:
        return
    limit = results["engine"]["with_views_rows_per_s"]
    for name, found in results["ingest"]["medians"].items():
        rate = found["stored_per_s"]
        print(f"{name}: {rate:,.0f} events/s = {rate / limit:.2f} of the engine alone")


sys.exit(main(sys.argv[1:]))
