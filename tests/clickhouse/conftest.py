"""A real engine in a process of its own, and the ways the tests talk to it."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import psutil
import pytest

from clickhouse.client import ClickHouse
from clickhouse.engine import engine_url
from clickhouse.settings import ClickHouseSettings

START_TIME_MAX_S = 60.0
RUN = """
import json, sys
from pathlib import Path
import uvloop
from clickhouse.engine import run_engine
from clickhouse.settings import ClickHouseSettings
settings = ClickHouseSettings(**json.loads(sys.argv[2]))
try:
    uvloop.run(run_engine(Path(sys.argv[1]), settings=settings))
except Exception as error:
    sys.exit(f"{type(error).__name__}: {error}")
"""


def eventually(what: str, check: Callable[[], Any], time_max_s: float = 60.0) -> Any:
    """Ask until the answer is true; fail by name when it never is."""
    deadline = time.monotonic() + time_max_s
    while not (answer := check()):
        assert time.monotonic() < deadline, f"{what}: not within {time_max_s:g} s"
        time.sleep(0.01)
    return answer


@dataclass(frozen=True)
class Reply:
    """An HTTP answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    @property
    def code(self) -> int | None:
        """ClickHouse's exception code."""
        code = self.headers.get("X-ClickHouse-Exception-Code")
        return None if code is None else int(code)


@dataclass
class EngineProcess:
    """`run_engine` in a process of its own, on a folder of its own."""

    data_dir: Path
    settings: dict[str, Any] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    url: str = ""

    def start(self) -> EngineProcess:
        """Start, and wait until it answers."""
        self.process = self.spawn()
        ours = self.process

        def ready() -> bool:
            assert ours.poll() is None, f"the engine ended: {self.log()}"
            return engine_url(self.data_dir) is not None

        eventually("the engine is ready", ready, START_TIME_MAX_S)
        self.url = engine_url(self.data_dir) or ""
        return self

    def spawn(self) -> subprocess.Popen[bytes]:
        """Start, and wait for nothing."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        with (self.data_dir / "engine.log").open("ab") as log:
            command = [sys.executable, "-c", RUN, str(self.data_dir), json.dumps(self.settings)]
            return subprocess.Popen(command, stdout=log, stderr=log)

    def log(self) -> str:
        """All that it said."""
        return (self.data_dir / "engine.log").read_text(encoding="utf-8", errors="replace")

    def signal(self, number: int) -> None:
        """Send it a signal."""
        assert self.process is not None
        self.process.send_signal(number)

    def wait(self) -> int:
        """Its exit code."""
        assert self.process is not None
        return self.process.wait(timeout=60)

    def stop(self) -> None:
        """End it, if it still runs."""
        if self.process is not None and self.process.poll() is None:
            self.signal(signal.SIGTERM)
            try:
                self.wait()
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def kill(self) -> None:
        """kill -9, and wait until it is gone."""
        self.signal(signal.SIGKILL)
        self.wait()

    def rss_bytes(self) -> int:
        """Resident memory."""
        assert self.process is not None
        return int(psutil.Process(self.process.pid).memory_info().rss)

    def threads(self) -> Iterator[tuple[str, int]]:
        """Name and niceness of each of its threads."""
        assert self.process is not None
        for thread in Path(f"/proc/{self.process.pid}/task").iterdir():
            with contextlib.suppress(OSError):  # it ended meanwhile
                name = (thread / "comm").read_text().strip()
                yield name, os.getpriority(os.PRIO_PROCESS, int(thread.name))

    def connection(self) -> http.client.HTTPConnection:
        """A bare connection."""
        parts = urlsplit(self.url)
        return http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=60)

    def login(self) -> dict[str, str]:
        """Headers that log in."""
        parts = urlsplit(self.url)
        return {"X-ClickHouse-User": str(parts.username), "X-ClickHouse-Key": str(parts.password)}

    def send(
        self,
        body: str | bytes = b"",
        *,
        method: str = "POST",
        path: str = "/",
        headers: Mapping[str, str] | None = None,
        **parameters: Any,
    ) -> Reply:
        """One request with a login; `headers` replace it."""
        connection = self.connection()
        content = body.encode() if isinstance(body, str) else body
        address = path + ("?" + urlencode(parameters) if parameters else "")
        try:
            connection.request(method, address, content, self.login() if headers is None else dict(headers))
            answer = connection.getresponse()
            return Reply(answer.status, answer.headers, answer.read())  # type: ignore[arg-type]
        finally:
            connection.close()

    def ask(self, sql: str, **parameters: Any) -> str:
        """The answer of a statement that must succeed."""
        reply = self.send(sql, **parameters)
        assert reply.status == 200, reply.text
        return reply.text

    def running(self) -> list[str]:
        """The statements that run now, but this one."""
        asked = self.ask("SELECT query FROM system.processes WHERE query NOT LIKE '%system.processes%'")
        return asked.splitlines()


@pytest.fixture(scope="session")
def engine_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineProcess]:
    """One engine for all tests that leave it alive."""
    engine = EngineProcess(tmp_path_factory.mktemp("engine")).start()
    yield engine
    engine.stop()


@pytest.fixture
def new_engine(tmp_path: Path) -> Iterator[Callable[..., EngineProcess]]:
    """Makes engines of their own, for tests that kill them or set them up differently."""
    made: list[EngineProcess] = []

    def make(**settings: object) -> EngineProcess:
        engine = EngineProcess(tmp_path / f"engine{len(made)}", settings)
        made.append(engine)
        return engine.start()

    yield make
    for engine in made:
        engine.stop()


def _stores() -> list[str]:
    return ["engine", *(["server"] if os.environ.get("STATLINE_TEST_CLICKHOUSE_URL") else [])]


@pytest.fixture(params=_stores())
def store_url(request: pytest.FixtureRequest, engine_process: EngineProcess) -> str:
    """The embedded engine, and the server of STATLINE_TEST_CLICKHOUSE_URL when it is set."""
    if request.param == "server":
        return os.environ["STATLINE_TEST_CLICKHOUSE_URL"]
    return engine_process.url


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[ClickHouse]:
    """A client of an empty database of its own."""
    name = f"test_{os.getpid()}_{time.monotonic_ns()}"
    client = await ClickHouse.connect(store_url, name, ClickHouseSettings())
    await client.command(f"CREATE DATABASE {name}")
    yield client
    await client.command(f"DROP DATABASE {name} SYNC")
    await client.close()


@pytest.fixture
def database(engine_process: EngineProcess) -> Iterator[str]:
    """An empty database of the shared engine."""
    name = f"test_{os.getpid()}_{time.monotonic_ns()}"
    engine_process.ask(f"CREATE DATABASE {name}")
    yield name
    engine_process.ask(f"DROP DATABASE {name} SYNC")
