"""`statline serve` as an operator meets it: real processes, real kills, nothing left behind."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.statline.node import (
    EVENT,
    START_S,
    STOP_S,
    Eventually,
    Node,
    environment,
    new_node,
    processes_of,
    statline,
)


@pytest.fixture
def node() -> Iterator[Node]:
    with new_node() as node:
        yield node


@pytest.fixture(scope="module")
def _shared() -> Iterator[Node]:
    with new_node() as node:
        node.start()
        yield node


@pytest.fixture
async def shared(_shared: Node, eventually: Eventually) -> Node:
    """A running node for tests that leave it as well as they found it."""
    await _shared.started(eventually)
    await eventually(_shared.is_ready, within_s=START_S)
    await eventually(lambda: _shared.token)
    return _shared


@pytest.fixture
async def running(node: Node, eventually: Eventually) -> Node:
    node.start()
    return await node.started(eventually)


async def test_a_first_start_shows_a_token_that_works_and_a_stop_leaves_nothing(
    running: Node, eventually: Eventually
) -> None:
    node = running
    assert await eventually(lambda: node.token)
    await eventually(node.is_ready)
    status, body = node.ask("/api/v1/ingest/events", node.token, EVENT)
    assert (status, body["processed"]) == (202, 1)
    assert node.token not in node.err.read_text()
    assert {line["role"] for line in node.log} >= {"serve", "web", "engine"}
    assert await node.stop(eventually) == 0
    assert processes_of(node.folder) == {}

    token = node.token
    node.start()
    await node.started(eventually)
    assert "First start" not in node.out.read_text()
    await eventually(node.is_ready)
    assert node.ask("/api/v1/ingest/events", token, EVENT)[0] == 202
    assert await node.stop(eventually, signal.SIGINT) == 0
    assert processes_of(node.folder) == {}

    ill = statline(node, "doctor")
    assert ill.returncode == 1
    assert "PROBLEM postgres" in ill.stdout


async def test_what_is_killed_is_started_again(running: Node, eventually: Eventually) -> None:
    node = running
    await eventually(node.is_ready)
    for name in ("web", "writer", "worker", "engine"):
        pid = await eventually(lambda name=name: node.role(name))
        os.kill(pid, signal.SIGKILL)
        await eventually(lambda name=name, pid=pid: node.role(name) not in (None, pid), within_s=START_S)
    for program in ("postgres", "valkey-server"):
        pid = node.store(program)
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        await eventually(
            lambda program=program, pid=pid: node.store(program) not in (None, pid), within_s=START_S
        )
    await eventually(node.is_ready, within_s=START_S)
    assert node.ask("/api/v1/ingest/events", node.token, EVENT)[0] == 202
    assert await node.stop(eventually) == 0
    assert processes_of(node.folder) == {}


async def test_a_killed_supervisor_takes_its_roles_along_and_the_next_start_takes_over(
    running: Node, eventually: Eventually
) -> None:
    node = running
    token = await eventually(lambda: node.token)
    postgres, valkey = node.store("postgres"), node.store("valkey-server")
    assert node.process is not None
    node.process.kill()
    node.process.wait()
    node.start()
    await node.started(eventually)
    assert (node.store("postgres"), node.store("valkey-server")) == (postgres, valkey), "adopted"
    await eventually(node.is_ready)
    assert node.ask("/api/v1/ingest/events", token, EVENT)[0] == 202
    assert await node.stop(eventually) == 0
    assert processes_of(node.folder) == {}


async def test_a_role_that_nobody_supervises_is_ended_and_replaced_at_start(
    node: Node, eventually: Eventually
) -> None:
    with node.err.open("ab") as err:
        left = subprocess.Popen(
            [sys.executable, "-m", "statline", "engine", "--data-dir", "var", "--log-format", "json"],
            stdout=err, stderr=err, cwd=node.folder, env=environment(), start_new_session=True,
        )  # fmt: skip
    await eventually((node.data_dir / "clickhouse" / "engine.json").exists, within_s=START_S)
    node.start()
    await node.started(eventually)
    assert left.wait(timeout=STOP_S) == 0
    assert node.role("engine") not in (None, left.pid)
    assert any("ended a role" in line["event"] and line["pid"] == left.pid for line in node.log)
    assert await node.stop(eventually) == 0
    assert processes_of(node.folder) == {}


async def test_a_second_statline_on_the_same_folder_is_refused_and_the_first_one_named(shared: Node) -> None:
    done = statline(shared, "serve", "--port", "0")
    assert done.returncode == 1
    assert re.search(rf"already running on \S+ \(process {shared.pid}\)", done.stderr)
    assert shared.code is None


async def test_doctor_is_content_with_a_running_statline(shared: Node) -> None:
    well = statline(shared, "doctor", "--format", "json")
    report = json.loads(well.stdout)
    assert (well.returncode, report["problems"], well.stderr) == (0, [], "")
    assert [store["name"] for store in report["stores"]] == ["postgres", "clickhouse", "redis"]
    assert all(store["version"] for store in report["stores"])
    assert report["processes"]["serve"] == shared.pid
    assert "hidden" in next(store["address"] for store in report["stores"] if store["name"] == "clickhouse")


async def test_a_server_added_while_statline_runs_may_send_at_once(
    shared: Node, eventually: Eventually
) -> None:
    done = statline(shared, "servers", "add", "beta", "--format", "json")
    assert done.returncode == 0, done.stderr
    token = json.loads(done.stdout)["token"]
    assert shared.ask("/api/v1/ingest/events", token, EVENT)[0] == 202
    assert statline(shared, "servers", "revoke", "beta").returncode == 0
    await eventually(lambda: shared.ask("/api/v1/ingest/events", token, EVENT)[0] == 401)
    assert shared.code is None
    assert shared.is_ready()


async def test_a_taken_port_is_said_before_anything_starts(node: Node, eventually: Eventually) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = statline(node, "serve", "--port", str(port))
    assert done.returncode == 1
    assert f"statline: cannot listen on 127.0.0.1:{port}: Address already in use" in done.stderr
    assert not (node.data_dir / "postgres").exists()


async def test_a_second_interrupt_ends_what_does_not_stop(running: Node, eventually: Eventually) -> None:
    node = running
    web = await eventually(lambda: node.role("web"))
    os.kill(web, signal.SIGSTOP)
    os.kill(node.pid, signal.SIGINT)
    await eventually(lambda: any(line["event"] == "stopping" for line in node.log))
    assert await node.stop(eventually, signal.SIGINT) == 0
    assert any("asked again" in line["event"] for line in node.log)
    assert processes_of(node.folder) == {}


async def test_an_interrupt_while_starting_stops_what_was_started(node: Node, eventually: Eventually) -> None:
    node.start()
    await eventually(lambda: node.store("postgres"), within_s=START_S)
    assert await node.stop(eventually) == 0
    assert processes_of(node.folder) == {}


async def test_events_are_accepted_while_clickhouse_is_away(node: Node, eventually: Eventually) -> None:
    node.start(STATLINE_CLICKHOUSE_URL="http://default:hunter2@127.0.0.1:1")
    await node.started(eventually)
    done = statline(node, "servers", "add", "alpha", "--format", "json")
    assert done.returncode == 0, done.stderr
    token = json.loads(done.stdout)["token"]
    status, _ = await asyncio.to_thread(node.ask, "/api/v1/ingest/events", token, EVENT)
    assert status == 202
    assert node.ask("/ready")[1]["checks"]["clickhouse"] is False
    assert "hunter2" not in node.err.read_text() + node.out.read_text()
    assert await node.stop(eventually) == 0
    assert processes_of(node.folder) == {}


async def test_an_engine_that_moves_before_the_writer_has_started_stops_nothing(
    node: Node, eventually: Eventually
) -> None:
    """As with a copied data folder: it names the engine of the folder it was copied from, which answers."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nOk.\n")
        writer.close()

    other = await asyncio.start_server(answer, "127.0.0.1")
    address = {"port": other.sockets[0].getsockname()[1], "user": "statline", "password": "copied"}
    (folder := node.data_dir / "clickhouse").mkdir(parents=True)
    for name in ("engine.json", "address.json"):
        (folder / name).write_text(json.dumps(address))
    node.start()
    await node.started(eventually)
    await eventually(
        lambda: any("has another address" in line["event"] for line in node.log), within_s=START_S
    )
    await eventually(node.is_ready, within_s=START_S)
    other.close()
    assert await node.stop(eventually) == 0


async def test_a_web_role_alone_comes_up_without_any_store_and_says_so(
    node: Node, eventually: Eventually
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    stores = {
        "STATLINE_CLICKHOUSE_URL": "http://default:x@127.0.0.1:1",
        "STATLINE_POSTGRES_URL": "postgresql://u:x@127.0.0.1:1/d",
        "STATLINE_REDIS_URL": "redis://127.0.0.1:1/0",
    }
    with node.err.open("ab") as err:
        node.process = subprocess.Popen(
            [sys.executable, "-m", "statline", "web", "--data-dir", "var", "--port", str(port)],
            stdout=err, stderr=err, cwd=node.folder, env=environment(**stores), start_new_session=True,
        )  # fmt: skip
    node.out.write_text(f"is ready on http://127.0.0.1:{port}\n")
    await eventually(lambda: node.ask("/health")[0] == 200, within_s=START_S)
    status, body = node.ask("/ready")
    assert status == 503
    assert body["checks"] == {"postgres": False, "clickhouse": False, "redis": False}
    assert node.ask("/api/v1/ingest/events", "slk_x", EVENT)[0] == 503, "nobody can say that the key is bad"
    assert await node.stop(eventually) == 0


async def test_no_report_is_refused_while_the_web_role_is_restarted(
    shared: Node, eventually: Eventually
) -> None:
    node = shared
    web = node.role("web")
    assert web is not None
    os.kill(web, signal.SIGKILL)
    await eventually(lambda: node.role("web") != web)
    # Nobody answers yet; the connection waits for the next web role, which must first read the keys.
    status, _ = await asyncio.to_thread(node.ask, "/api/v1/ingest/events", node.token, EVENT)
    assert status == 202
    assert node.role("web") not in (None, web)
