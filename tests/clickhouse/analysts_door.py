"""An engine whose analysts' door is open, with two analysts, and the ways to knock."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from clickhouse.engine.analysts import Analyst, publish_analysts
from schema.passwords import password_hash
from tests.clickhouse.conftest import EngineProcess, Reply

PASSWORD = "correct horse"
SECRET = "Geheimnis"


@cache
def kept() -> str:
    """The password's hash, made once."""
    return password_hash(PASSWORD)


def analyst(name: str = "ann", **limits: Any) -> Analyst:
    """An analyst with everyday limits."""
    usual = Analyst(name, kept(), query_time_max_s=20.0, query_memory_max_bytes=300 << 20, result_rows_max=5000,
                    queries_max=2)  # fmt: skip
    return replace(usual, **limits)


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@dataclass
class Door:
    """The engine behind the door, and the door."""

    engine: EngineProcess
    port: int

    def knock(
        self,
        sql: str = "",
        *,
        user: str = "ann",
        password: str = PASSWORD,
        headers: Mapping[str, str] | None = None,
        method: str = "POST",
        **parameters: Any,
    ) -> Reply:
        """One request of an analyst; `headers` replace the login."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        login = {"X-ClickHouse-User": user, "X-ClickHouse-Key": password}
        try:
            address = "/?" + urlencode(parameters) if parameters else "/"
            connection.request(method, address, sql.encode(), login if headers is None else dict(headers))
            answer = connection.getresponse()
            return Reply(answer.status, answer.headers, answer.read())  # type: ignore[arg-type]
        finally:
            connection.close()

    def ask(self, sql: str, **parameters: Any) -> str:
        """The answer of a statement that must succeed."""
        reply = self.knock(sql, **parameters)
        assert reply.status == 200, reply.text
        return reply.text

    def let_in(self, *analysts: Analyst) -> None:
        """Replace who is known."""
        publish_analysts(self.engine.data_dir, analysts)


def open_door(folder: Path, **settings: Any) -> Door:
    """Start an engine with a door, a table of ours and a secret of others."""
    port = free_port()
    engine = EngineProcess(folder, {"analysts_host": "127.0.0.1", "analysts_port": port, **settings}).start()
    door = Door(engine, port)
    door.let_in(analyst())
    for statement in (
        "CREATE DATABASE statline",
        "CREATE TABLE statline.kills (player String, kills UInt64) ENGINE = MergeTree ORDER BY player",
        "INSERT INTO statline.kills SELECT toString(number), number FROM numbers(5000)",
        "CREATE TABLE default.secrets (word String) ENGINE = MergeTree ORDER BY word",
        f"INSERT INTO default.secrets VALUES ('{SECRET}')",
    ):
        engine.ask(statement)
    return door
