"""The engine's process: its lock, its address and password, its end."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from clickhouse.engine import engine_url, run_engine
from clickhouse.engine.credentials import last_address
from tests.clickhouse.conftest import EngineProcess, eventually


def test_password_is_long_and_only_the_owner_reads_it(engine_process: EngineProcess) -> None:
    path = engine_process.data_dir / "clickhouse" / "engine.json"
    kept = json.loads(path.read_text())
    assert kept["user"] == "statline"
    assert len(kept["password"]) >= 43  # 32 bytes in base64
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE((path.parent / "address.json").stat().st_mode) == 0o600


def test_a_copied_folder_does_not_lead_to_the_engine_it_was_copied_from(
    engine_process: EngineProcess, tmp_path: Path
) -> None:
    shutil.copytree(
        engine_process.data_dir / "clickhouse", tmp_path / "clickhouse", ignore=lambda *_: ("store", "data")
    )
    running = last_address(engine_process.data_dir, None)
    assert engine_url(engine_process.data_dir) == running.url
    assert engine_url(tmp_path) is None
    own = last_address(tmp_path, None)
    assert own.port == 0
    assert own.password != running.password


def test_engine_listens_on_loopback_only(engine_process: EngineProcess) -> None:
    port = engine_process.connection().port
    listening = Path("/proc/net/tcp").read_text().splitlines()[1:]
    ours = [line.split()[1] for line in listening if line.split()[1].endswith(f":{port:04X}")]
    assert f"0100007F:{port:04X}" in ours
    assert f"00000000:{port:04X}" not in ours


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.0.1", "example.org", "::"])
async def test_other_hosts_than_loopback_are_refused(tmp_path: Path, host: str) -> None:
    with pytest.raises(ValueError, match="loopback only"):
        await run_engine(tmp_path, host=host)


def test_second_engine_on_a_folder_is_refused_in_one_line(engine_process: EngineProcess) -> None:
    assert engine_process.process is not None
    second = EngineProcess(engine_process.data_dir)
    before = len(engine_process.log())
    assert second.spawn().wait(timeout=60) == 1
    told = engine_process.log()[before:]
    assert told.count("\n") == 1
    assert f"belongs to another engine, process {engine_process.process.pid}" in told
    assert engine_url(engine_process.data_dir) == engine_process.url


def test_small_parts_are_one_file_through_a_merge_and_a_restart(
    new_engine: Callable[..., EngineProcess],
) -> None:
    engine = new_engine()
    engine.ask("CREATE DATABASE packed")
    engine.ask("CREATE TABLE packed.numbers (n UInt64) ENGINE = MergeTree ORDER BY n")
    for number in range(3):
        engine.ask(f"INSERT INTO packed.numbers VALUES ({number})")
    engine.ask("OPTIMIZE TABLE packed.numbers FINAL")
    engine.stop()
    engine.start()
    stored = engine.ask(
        "SELECT part_storage_type, path FROM system.parts WHERE active AND database = 'packed' FORMAT TSV"
    )
    storage, path = stored.split()
    assert storage == "Packed"
    assert [file.name for file in Path(path).iterdir()] == ["data.packed"]
    assert engine.ask("SELECT sum(n), count() FROM packed.numbers FORMAT TSV").split() == ["3", "3"]


def test_address_stays_through_kill_9_and_restart(new_engine: Callable[..., EngineProcess]) -> None:
    engine = new_engine()
    first = engine.url
    engine.kill()
    engine.start()
    assert engine.url == first
    engine.stop()
    engine.start()
    assert engine.url == first


def test_taken_port_is_replaced(new_engine: Callable[..., EngineProcess]) -> None:
    engine = new_engine()
    first = engine.connection().port
    engine.stop()
    with socket.create_server(("127.0.0.1", first)):
        engine.start()
        assert engine.connection().port != first


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_the_engine_and_withdraws_its_address(
    new_engine: Callable[..., EngineProcess], number: signal.Signals
) -> None:
    engine = new_engine()
    engine.ask("CREATE TABLE default.t (a UInt8) ENGINE = MergeTree ORDER BY a")
    engine.signal(number)
    assert engine.wait() == 0
    assert engine_url(engine.data_dir) is None
    assert engine.log() == ""


def test_sigterm_lets_a_running_insert_end(new_engine: Callable[..., EngineProcess]) -> None:
    engine = new_engine()
    engine.ask("CREATE TABLE default.t (a UInt64) ENGINE = MergeTree ORDER BY a")
    engine.ask("CREATE TABLE default.slow (a UInt64, x UInt8) ENGINE = MergeTree ORDER BY a")
    engine.ask(
        "CREATE MATERIALIZED VIEW default.slow_mv TO default.slow AS SELECT a, sleepEachRow(0.02) AS x FROM default.t"
    )
    rows = "".join(f"{number}\n" for number in range(50))
    with ThreadPoolExecutor(1) as threads:
        insert = threads.submit(engine.send, rows, query="INSERT INTO default.t FORMAT TSV")
        eventually("the insert runs", lambda: any("INSERT" in sql for sql in engine.running()))
        engine.signal(signal.SIGTERM)
        assert insert.result().status == 200
    assert engine.wait() == 0
    engine.start()
    assert engine.ask("SELECT (SELECT count() FROM t), (SELECT count() FROM slow)") == "50\t50\n"


def test_sigterm_stops_reads_and_does_not_wait_for_their_readers(
    new_engine: Callable[..., EngineProcess],
) -> None:
    engine = new_engine()
    connection = engine.connection()
    connection.request("POST", "/", b"SELECT number FROM numbers(1000000000000)", engine.login())
    counting = engine.connection()
    counting.request("POST", "/", b"SELECT count() FROM numbers(1000000000000000)", engine.login())
    eventually("both run", lambda: len(engine.running()) == 2)
    engine.signal(signal.SIGTERM)
    assert engine.wait() == 0
    connection.close()
    counting.close()


def test_insert_that_does_not_end_is_given_up(new_engine: Callable[..., EngineProcess]) -> None:
    engine = new_engine(engine_stop_time_max_s=0.3)
    engine.ask("CREATE TABLE default.t (a UInt64) ENGINE = MergeTree ORDER BY a")
    sql = (
        "INSERT INTO default.t SELECT number FROM numbers(1000000000000) WHERE NOT ignore(sleepEachRow(0.01))"
    )
    connection = engine.connection()
    connection.request("POST", "/?max_block_size=100", sql.encode(), engine.login())
    eventually("the insert runs", engine.running)
    engine.signal(signal.SIGTERM)
    assert engine.wait() == 1
    connection.close()
    engine.start()
    assert engine.ask("SELECT 1") == "1\n"


def test_engine_runs_niced_as_set(engine_process: EngineProcess) -> None:
    assert engine_process.process is not None
    assert os.getpriority(os.PRIO_PROCESS, engine_process.process.pid) == 10


def test_threads_that_merge_are_as_nice_as_those_that_answer(engine_process: EngineProcess) -> None:
    engine_process.ask(
        "CREATE TABLE merged_nicely (n UInt64) ENGINE = MergeTree ORDER BY n"
    )  # the first starts them
    engine_process.ask("DROP TABLE merged_nicely SYNC")
    eventually("threads that merge", lambda: "MergeMutate" in {name for name, _ in engine_process.threads()})
    assert [name for name, niceness in engine_process.threads() if 0 <= niceness < 10] == []


async def test_engine_stops_when_its_caller_says_so(tmp_path: Path) -> None:
    stop = asyncio.Event()
    stop.set()
    code = (
        "import asyncio, sys, pathlib\n"
        "from clickhouse.engine import run_engine, engine_url\n"
        "async def main():\n"
        "    stop = asyncio.Event()\n"
        "    engine = asyncio.create_task(run_engine(pathlib.Path(sys.argv[1]), stop=stop))\n"
        "    while engine_url(pathlib.Path(sys.argv[1])) is None: await asyncio.sleep(0.01)\n"
        "    stop.set(); await engine; print(engine_url(pathlib.Path(sys.argv[1])))\n"
        "asyncio.run(main())"
    )
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", code, str(tmp_path)],
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert done.stdout == b"None\n"
