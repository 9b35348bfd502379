"""Load on a running server: wrk in a closed loop, bench.open_loop at a fixed rate. Both are processes of their own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Final

import msgspec

from bench import payload
from bench.open_loop import START_MIN, Load

LUA: Final = Path(__file__).with_name("post.lua")
_begun_at: Final = time.time()


def fresh_start() -> int:
    """A first number for the marker that no earlier load of this run used: a repeated line would be a duplicate."""
    return START_MIN + int((time.time() - _begun_at) * 100_000)


def body_files(folder: Path) -> dict[str, Path]:
    """A file of bodies for each shape of bench.payload."""
    files = {}
    for shape, (make, count, _) in payload.SHAPES.items():
        files[shape] = folder / f"{shape}.txt"
        payload.write_bodies(files[shape], make(count))
    return files


def closed_loop(url: str, bodies: Path, token: str, connections: int, seconds: float) -> dict[str, Any]:
    """wrk on the ingest route: requests, seconds, not_202, p50_ms, p99_ms, max_ms."""
    command = [
        "wrk", "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "-s", str(LUA), url,
        "--", str(bodies), token, str(fresh_start()),
    ]  # fmt: skip
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found: dict[str, Any] = json.loads(output.splitlines()[-1])
    return found


def begin_open_loop(load: Load) -> subprocess.Popen[str]:
    """Start the generator; `finished` gives its figures."""
    command = [sys.executable, "-m", "bench.open_loop", msgspec.json.encode(load).decode()]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def finished(generator: subprocess.Popen[str]) -> dict[str, Any]:
    """Wait for a generator's figures (bench.open_loop)."""
    output, _ = generator.communicate()
    if generator.returncode:
        raise RuntimeError(f"the load generator ended with {generator.returncode}")
    found: dict[str, Any] = json.loads(output)
    return found
