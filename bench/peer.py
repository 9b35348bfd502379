"""S6: statline against what a developer would write in an afternoon (bench/peers/afternoon.py), in turns.

The same load, the same engine, tables and views; only statline's acknowledgement is durable. A run counts the rows that are in
raw_events at its end.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from bench import payload
from bench.ingest import SCENARIOS, Scenario, measure
from bench.load import body_files, closed_loop
from bench.server import Server, free_port, until_it_answers
from clickhouse.client import ClickHouse
from clickhouse.engine import engine_url
from clickhouse.migrate import migrate
from clickhouse.settings import ClickHouseSettings

PEERS: Final = Path(__file__).parent / "peers"
VENV: Final = PEERS / ".venv"
ROOT: Final = PEERS.parent.parent
SHAPES: Final = ("S1 single URL posts", "S2 20-event JSON arrays")
SETTLED_S: Final = 1.0


def run(seconds: float = 30.0, rounds: int = 3) -> dict[str, Any]:
    """Events stored a second by both, and the ratios of the medians."""
    python = _environment()
    rates: dict[str, dict[str, list[float]]] = {name: {"statline": [], "afternoon": []} for name in SHAPES}
    with tempfile.TemporaryDirectory(prefix="statline-bench-") as folder:
        files = body_files(Path(folder))
        server = Server(Path(folder) / "data")
        peer = Afternoon(python, Path(folder) / "peer")
        server.ready()
        try:
            token = server.token("bench")
            for number in range(rounds):
                for name, measured in rates.items():
                    scenario = SCENARIOS[name]
                    bodies = files[scenario.shape]
                    measured["statline"].append(
                        measure(server, scenario, bodies, token, seconds)["stored_per_s"]
                    )
                    measured["afternoon"].append(peer.measure(scenario, bodies, seconds))
                    said = ", ".join(f"{who} {found[-1]:,.0f}" for who, found in measured.items())
                    print(f"  {name}, round {number + 1}: {said} events/s", flush=True)
        finally:
            peer.stop()
            server.stop()
    medians = {
        name: {who: statistics.median(found) for who, found in measured.items()}
        for name, measured in rates.items()
    }
    ratios = {name: found["statline"] / found["afternoon"] for name, found in medians.items()}
    return {"medians": medians, "ratios": ratios, "runs": rates}


def _environment() -> Path:
    """Python of the peer's own virtual environment, made when it is not there."""
    python = VENV / "bin" / "python"
    uv = Path(sys.executable).parent / "uv"
    if not python.exists():
        subprocess.run([uv, "venv", "-q", VENV, "--python", sys.executable], check=True)
        install = [
            str(uv),
            "pip",
            "install",
            "-q",
            "--python",
            str(python),
            "-r",
            str(PEERS / "requirements.txt"),
        ]
        subprocess.run(install, check=True)
    return python


class Afternoon:
    """The peer under uvicorn, before an embedded engine of its own with statline's tables."""

    def __init__(self, python: Path, data_dir: Path) -> None:
        self._token = secrets.token_hex(16)
        self._url = f"http://127.0.0.1:{(port := free_port())}"
        statline = str(Path(sys.executable).parent / "statline")
        self._log = data_dir.with_suffix(".log").open("wb")
        output: dict[str, Any] = {"stdout": self._log, "stderr": subprocess.STDOUT}
        self._engine = subprocess.Popen([statline, "engine", "--data-dir", str(data_dir)], **output)
        while (engine := engine_url(data_dir)) is None:
            time.sleep(0.05)
        self._engine_url = engine
        asyncio.run(self._migrate())
        variables = {"AFTERNOON_TOKEN": self._token, "AFTERNOON_CLICKHOUSE": engine}
        self._server = subprocess.Popen(
            [python, "-m", "uvicorn", "bench.peers.afternoon:app", "--port", str(port), "--no-access-log"],
            env=os.environ | variables, cwd=ROOT, **output,
        )  # fmt: skip
        until_it_answers(self._url + "/docs", f"the peer (see {self._log.name})")

    def measure(self, scenario: Scenario, bodies: Path, seconds: float) -> float:
        """Rows stored a second; what is still in its list at the end, or was lost by a failed insert, is not stored."""
        before, started = self._rows(), time.perf_counter()
        load = closed_loop(self._url, bodies, self._token, scenario.connections, seconds)
        stored, last_change = self._rows(), time.perf_counter()
        while time.perf_counter() - last_change < SETTLED_S:
            time.sleep(0.1)
            if (now := self._rows()) != stored:
                stored, last_change = now, time.perf_counter()
        _, _, events_each = payload.SHAPES[scenario.shape]
        acknowledged = (load["requests"] - load["not_202"]) * events_each
        print(f"  afternoon acknowledged {acknowledged:,} events and stored {stored - before:,}", flush=True)
        return (stored - before) / (last_change - started)

    def stop(self) -> None:
        """End both processes."""
        for process in (self._server, self._engine):
            process.terminate()
            process.wait(30)
        self._log.close()

    async def _migrate(self) -> None:
        settings = ClickHouseSettings()
        store = await ClickHouse.connect(self._engine_url, settings.database, settings)
        await migrate(store, settings)
        await store.close()

    def _rows(self) -> int:
        async def count() -> int:
            store = await ClickHouse.connect(self._engine_url, "statline", ClickHouseSettings())
            found = await store.rows_of("SELECT count() AS rows FROM raw_events")
            await store.close()
            return int(found[0]["rows"])

        return asyncio.run(count())
