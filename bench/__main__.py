"""`python -m bench [name ...]`: run the measurements, print medians and ratios, write bench/results/*.json."""

from __future__ import annotations

import json
import os
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from bench import engine, ingest

RESULTS: Final = Path(__file__).parent / "results"
BENCHES: Final[dict[str, Callable[[], dict[str, Any]]]] = {"engine": engine.run, "ingest": ingest.run}


def main(names: list[str]) -> int:
    """Run the named measurements, all without a name."""
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        print(f"no such measurement: {', '.join(unknown)}; there are {', '.join(BENCHES)}")
        return 2
    results: dict[str, Any] = {
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "machine": {
            "cpus": os.cpu_count(),
            "python": platform.python_version(),
            "kernel": platform.release(),
        },
    }
    for name in names or BENCHES:
        print(f"{name}:", flush=True)
        results[name] = BENCHES[name]()
        print(json.dumps({k: v for k, v in results[name].items() if k != "runs"}, indent=1), flush=True)
    _print_ratios(results)
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{results['at'].replace(':', '')}.json"
    path.write_text(json.dumps(results, indent=1), encoding="utf-8")
    print(f"written: {path}")
    return 0


def _print_ratios(results: dict[str, Any]) -> None:
    """Each scenario as a share of what the engine alone stores in this run."""
    if "engine" not in results or "ingest" not in results:
        return
    limit = results["engine"]["with_views_rows_per_s"]
    for name, medians in results["ingest"]["medians"].items():
        print(
            f"{name}: {medians['stored_per_s']:,.0f} events/s = {medians['stored_per_s'] / limit:.2f} of the engine alone"
        )


sys.exit(main(sys.argv[1:]))
