"""Web, writer and stores as processes that know each other by address only, each with its own settings and folder."""

from __future__ import annotations

import asyncio
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from clickhouse.client import ClickHouse
from clickhouse.settings import ClickHouseSettings
from tests.chaos.node import Node
from tests.chaos.stores import Stores

pytestmark = pytest.mark.timeout(300)


class Host:
    """A host of its own: a folder, the addresses of the stores, and roles that are started one by one."""

    def __init__(self, folder: Path, stores: Stores) -> None:
        folder.mkdir(exist_ok=True)
        self.node = Node(folder, **stores.settings())
        self.roles: dict[str, subprocess.Popen[bytes]] = {}

    def run(self, role: str, *options: str) -> subprocess.Popen[bytes]:
        """Start `statline ROLE` alone, as a service manager does."""
        with (self.node.folder / f"{role}.log").open("ab") as log:
            process = self.roles[role] = subprocess.Popen(
                [sys.executable, "-m", "statline", role, "--data-dir", "var", "--log-format", "json", *options],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.node.folder,
                env=self.node.environment, start_new_session=True,
            )  # fmt: skip
        return process

    def web(self) -> subprocess.Popen[bytes]:
        """Start the web role on the host's port."""
        return self.run("web", "--port", str(self.node.port))

    def log(self, role: str) -> str:
        """What a role said."""
        return (self.node.folder / f"{role}.log").read_text()


@pytest.fixture
def stores() -> Iterator[Stores]:
    with tempfile.TemporaryDirectory(prefix="statline-chaos-", ignore_cleanup_errors=True) as name:
        made = Stores(Path(name).resolve())
        made.start()
        yield made
        made.stop()


async def rows(stores: Stores) -> list[int]:
    settings = ClickHouseSettings()
    store = await ClickHouse.connect(stores.clickhouse_url(), settings.database, settings)
    try:
        found = await store.rows_of("SELECT game_time FROM raw_events ORDER BY game_time")
        return [int(row["game_time"]) for row in found]
    finally:
        await store.close()


def shot(number: int) -> bytes:
    return b"type=weapon_fire&match_id=m&player_guid=7&weapon=BAR&timestamp=%d" % number


async def test_roles_on_hosts_of_their_own_work_together_and_a_copied_host_is_refused(
    folder: Path, stores: Stores
) -> None:
    first = Host(folder / "first", stores)
    node = first.node
    assert await asyncio.to_thread(first.run("migrate").wait, 60) == 0, first.log("migrate")
    token = await asyncio.to_thread(node.token, "alpha")
    first.web()
    await node.until(lambda: node.get("/ready")[0] == 200, "accepting without a writer")
    accepted = [number for number in range(1, 6) if node.post(token, shot(number))[0] == 202]
    assert accepted == [1, 2, 3, 4, 5]
    writer = first.run("writer")
    await node.until(lambda: not node.spooled(), "stored by the writer beside the spool")
    assert await rows(stores) == accepted
    assert node.get("/api/v1/stats/player/7")[0] == 200

    second = await _copied(first, folder / "second", stores)
    web = second.web()
    assert await asyncio.to_thread(web.wait, 60) == 1
    assert "is in use by" in second.log("web")
    assert second.node.get("/health")[0] == 0
    assert node.post(token, shot(6))[0] == 202, "the first one goes on"
    await node.until(lambda: not node.spooled(), "stored")

    await _stopped(first, "web")
    second.web()
    await second.node.until(lambda: second.node.get("/ready")[0] == 200, "in the first one's place")
    assert second.node.post(token, shot(7))[0] == 202
    await _stopped(first, "writer")
    assert writer.returncode == 0
    second.run("writer")
    await second.node.until(lambda: not second.node.spooled(), "stored")
    assert await rows(stores) == [1, 2, 3, 4, 5, 6, 7]
    await _stopped(second, "web")
    await _stopped(second, "writer")


async def _copied(host: Host, folder: Path, stores: Stores) -> Host:
    made = Host(folder, stores)
    await asyncio.to_thread(shutil.copytree, host.node.data_dir, made.node.data_dir)
    return made


async def _stopped(host: Host, role: str) -> None:
    host.roles[role].send_signal(signal.SIGTERM)
    assert await asyncio.to_thread(host.roles[role].wait, 30) == 0, host.log(role)
