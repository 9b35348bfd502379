"""Several web processes on one port: each with its spool folder, one writer behind them."""

from __future__ import annotations

import base64
import contextlib
import http.client
import os
import signal
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from clickhouse.engine import engine_url
from ingest.receipts import ReceiptId
from statline import locks
from statline.workers import running_web_roles, web_role
from tests.statline.node import START_S, Eventually, Node, new_node, processes_of, statline

BOTH = {"web", "web-2"}


class Sender:
    """Posts events over connections of its own; knows which web process took each."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self.sent = 0
        self.accepted: list[bytes] = []

    def post(self, body: bytes = b"") -> str:
        """Name of the web process that accepted the body (default: an event never sent before)."""
        self.sent += 1
        body = body or b"type=weapon_fire&match_id=m&player_guid=p&timestamp=%d.0" % self.sent
        address = urlsplit(self._node.address)
        connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=30)
        try:
            connection.request("POST", "/api/v1/ingest/events", body, {"X-Server-Token": self._node.token})
            answer = connection.getresponse()
            assert answer.status == 202, answer.read()
            receipt = ReceiptId.parse(answer.headers["Statline-Receipt"])
        finally:
            connection.close()
        assert receipt is not None
        self.accepted.append(body)
        return receipt.folder

    def post_to(self, role: str, body: bytes = b"") -> None:
        """Post until `role` has taken one."""
        while self.post(body) != role:
            pass


def stored(node: Node) -> int:
    """Events in the raw table."""
    address = engine_url(node.data_dir)
    assert address is not None
    parts = urlsplit(address)
    key = base64.b64encode(f"{parts.username}:{parts.password}".encode()).decode()
    query = urllib.request.Request(
        f"http://{parts.hostname}:{parts.port}/",
        b"SELECT count() FROM statline.raw_events",
        {"Authorization": f"Basic {key}"},
    )
    with urllib.request.urlopen(query, timeout=30) as answer:
        return int(answer.read())


@pytest.fixture
async def node(eventually: Eventually) -> AsyncIterator[Node]:
    """A node with two web processes that is ready and has a key."""
    with new_node() as node:
        node.start("--workers", "2")
        await node.started(eventually)
        await eventually(node.is_ready, within_s=START_S)
        await eventually(lambda: node.token)
        await eventually(lambda: set(running_web_roles(node.data_dir)) == BOTH)
        yield node


def test_the_first_web_process_keeps_the_plain_name(tmp_path: Path) -> None:
    assert [web_role(number) for number in (1, 2, 3)] == ["web", "web-2", "web-3"]
    assert running_web_roles(tmp_path) == []
    with locks.held(tmp_path, "web"), locks.held(tmp_path, "web-10"):
        assert running_web_roles(tmp_path) == ["web", "web-10"]


async def test_what_two_web_processes_accept_is_stored_once(node: Node, eventually: Eventually) -> None:
    sender = Sender(node)
    taken = {sender.post() for _ in range(40)}
    for role in BOTH:
        sender.post_to(role)
    assert taken <= BOTH
    await eventually(lambda: stored(node) == len(sender.accepted))

    unique = len(sender.accepted)
    again = b"type=weapon_fire&match_id=m&player_guid=p&timestamp=1000000.0"
    for role in BOTH:
        sender.post_to(role, again)
    sender.post()
    await eventually(lambda: stored(node) >= unique + 2)
    assert stored(node) == unique + 2, "a repetition is one event, whichever process took it"

    report = statline(node, "doctor")
    assert report.returncode == 0, report.stdout
    assert "web-2 " in report.stdout
    assert await node.stop(eventually) == 0
    assert processes_of(node.folder) == {}


async def test_a_killed_web_process_comes_back_and_the_other_never_stops(
    node: Node, eventually: Eventually
) -> None:
    sender = Sender(node)
    pids = {role: node.role(role) for role in BOTH}
    for role in BOTH:
        sender.post_to(role)
    killed = pids["web-2"]
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    while node.role("web-2") in (None, killed):
        assert sender.post() in BOTH
    sender.post_to("web-2")
    assert node.role("web") == pids["web"]
    await eventually(lambda: stored(node) == len(sender.accepted))
    assert await node.stop(eventually) == 0


async def test_the_folder_of_a_web_process_that_is_gone_for_good_is_stored_too(
    node: Node, eventually: Eventually
) -> None:
    sender = Sender(node)
    writer = node.role("writer")
    assert writer is not None
    os.kill(writer, signal.SIGSTOP)
    for role in BOTH:
        sender.post_to(role)
    for pid in processes_of(node.folder):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    assert node.process is not None
    node.process.wait()
    await eventually(lambda: processes_of(node.folder) == {})
    assert list((node.data_dir / "spool" / "web-2").glob("*-*"))

    node.start()
    await node.started(eventually)
    assert running_web_roles(node.data_dir) == ["web"]
    await eventually(lambda: stored(node) == len(sender.accepted), within_s=START_S)
    await eventually(lambda: not list((node.data_dir / "spool" / "web-2").glob("*-*")))
    assert await node.stop(eventually) == 0
