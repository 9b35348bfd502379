"""How long after its POST an event is counted in an answer, sampled while other load runs.

A probe is a kill by a player nobody else is. Its POST starts the clock; a question to the table that player
answers read (`player_days`), asked every 0.1 s for all open probes together, stops it. The cache is left out: it
adds its lifetime by design.
"""

from __future__ import annotations

import base64
import http.client
import itertools
import threading
import time
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlsplit

from bench.open_loop import percentiles_ms
from bench.server import Server
from clickhouse.engine import engine_url

EVERY_S: Final = 0.25
ASK_EVERY_S: Final = 0.1
LAST_WAIT_S: Final = 20.0
_numbers: Final = itertools.count(1)


class Probes:
    """Posts and watches probes in a thread while inside."""

    def __init__(self, server: Server, token: str) -> None:
        self._server, self._token = server, token
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="probes")
        self._posted_at: dict[str, float] = {}
        self._visible_s: list[float] = []
        self._refused = 0
        self._error: Exception | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def figures(self) -> dict[str, float]:
        """Milliseconds from POST to counted. Raises what stopped the thread."""
        if self._error is not None:
            raise self._error
        found = percentiles_ms(self._visible_s)
        return {
            "visible_p50_ms": found["p50"],
            "visible_p99_ms": found["p99"],
            "visible_max_ms": found["max"],
            "probes": len(self._visible_s),
            "probes_refused": self._refused,
            "probes_never_seen": len(self._posted_at),
        }

    def _run(self) -> None:
        try:
            self._watch()
        except Exception as error:  # noqa: BLE001 - given to whoever asks for the figures
            self._error = error

    def _watch(self) -> None:
        address = urlsplit(self._server.url)
        door = http.client.HTTPConnection(address.hostname or "", address.port, timeout=30)
        next_post = time.perf_counter()
        give_up = float("inf")
        while not self._stop.is_set() or self._posted_at:
            now = time.perf_counter()
            if self._stop.is_set():
                give_up = min(give_up, now + LAST_WAIT_S)
                if now > give_up:
                    return
            elif now >= next_post:
                self._post(door)
                next_post = max(next_post + EVERY_S, now)
            self._ask()
            time.sleep(ASK_EVERY_S)

    def _post(self, door: http.client.HTTPConnection) -> None:
        guid = f"probe{next(_numbers)}x{time.time_ns()}"
        body = f"type=player_kill&match_id=probe&attacker_guid={guid}&victim_guid=nobody&weapon=Thompson"
        posted_at = time.perf_counter()
        door.request("POST", "/api/v1/ingest/events", body, {"X-Server-Token": self._token})
        answer = door.getresponse()
        answer.read()
        if answer.status == 202:
            self._posted_at[guid] = posted_at
        else:
            self._refused += 1

    def _ask(self) -> None:
        if not self._posted_at:
            return
        guids = ",".join(f"'{guid}'" for guid in self._posted_at)
        sql = f"SELECT player_guid FROM player_days WHERE player_guid IN ({guids}) GROUP BY 1 HAVING sum(kills) > 0"
        for guid in ask_engine(self._server, sql).split():
            if guid in self._posted_at:
                self._visible_s.append(time.perf_counter() - self._posted_at.pop(guid))


def ask_engine(server: Server, sql: str) -> str:
    """What the embedded engine answers, as tab-separated text."""
    url = engine_url(server.data_dir)
    if url is None:
        raise RuntimeError("the embedded engine does not run")
    parts = urlsplit(url)
    key = base64.b64encode(f"{parts.username}:{parts.password}".encode()).decode()
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    try:
        connection.request("POST", "/?database=statline", sql, {"Authorization": f"Basic {key}"})
        answer = connection.getresponse()
        text = answer.read().decode()
    finally:
        connection.close()
    if answer.status != 200:
        raise RuntimeError(text)
    return text
