"""What happens beyond the limit: twice the load that can be stored, and catching up after ClickHouse was away."""

from __future__ import annotations

import contextlib
import os
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final, NamedTuple

from bench import payload
from bench.ingest import medians
from bench.load import begin_open_loop, body_files, closed_loop, finished, fresh_start
from bench.open_loop import Load
from bench.server import Server
from bench.visible import ask_engine

# A spool that a few seconds of overload fill; the default holds ten million events.
SPOOL_EVENTS_MAX: Final = 100_000
# A held report keeps its connection: enough of them for the surplus of one hold.
CONNECTIONS: Final = 3000
QUIET_PER_S: Final = 20.0
SHED: Final = "statline_ingest_events_shed_total"
AWAY_RATE_PER_S: Final = 5000.0
SHAPES: Final = ("array20", "single")


class Offered(NamedTuple):
    """What is sent: a file of bodies, how many events each holds, for how long."""

    bodies: Path
    events: int
    seconds: float


def run(seconds: float = 60.0, rounds: int = 3) -> dict[str, Any]:
    """Twice the closed-loop rate from one noisy server, and a quiet server beside it.

    In 20-event arrays the stores are what is short, in single posts it is the web role.
    """
    with tempfile.TemporaryDirectory(prefix="statline-bench-") as folder:
        server = Server(Path(folder) / "data", {"STATLINE_INGEST_SPOOL_EVENTS_MAX": str(SPOOL_EVENTS_MAX)})
        server.ready()
        try:
            files = body_files(Path(folder))
            tokens = {name: server.token(name) for name in ("noisy", "quiet")}
            runs: dict[str, list[dict[str, float]]] = {shape: [] for shape in SHAPES}
            for number in range(rounds):
                for shape, found in runs.items():
                    offered = Offered(files[shape], payload.SHAPES[shape][2], seconds)
                    found.append(_overloaded(server, offered, tokens))
                    print(f"  overload in {shape}, round {number + 1}: {_said(found[-1])}", flush=True)
        finally:
            server.stop()
    return {"medians": {shape: medians(found) for shape, found in runs.items()}, "runs": runs}


def _overloaded(server: Server, offered: Offered, tokens: dict[str, str]) -> dict[str, float]:
    bodies, events, seconds = offered
    capacity_per_s = _capacity(server, offered, tokens["noisy"])
    settled_before, rss_before = server.settled(), server.usage().rss_mb
    shed_before = server.labelled(SHED)
    # A number that no repetition of the quiet server's few lines can have.
    quiet_start = 900_000_000 + int(time.monotonic()) * 1000
    noisy = begin_open_loop(
        Load(
            url=server.url, bodies=str(bodies), seconds=seconds, token=tokens["noisy"],
            rate_per_s=2 * capacity_per_s / events, connections=CONNECTIONS, start=fresh_start(),
        )
    )  # fmt: skip
    quiet = begin_open_loop(
        Load(
            url=server.url, bodies=str(bodies), seconds=seconds, token=tokens["quiet"],
            rate_per_s=QUIET_PER_S, start=quiet_start,
        )
    )  # fmt: skip
    rss_during = _most_memory(server, seconds)
    loud, calm = finished(noisy), finished(quiet)
    accepted = events * (loud["answered"].get("202", 0) + calm["answered"].get("202", 0))
    server.drained(settled_before + accepted)
    stored = server.settled() - settled_before
    if stored < accepted:
        raise RuntimeError(f"accepted {accepted} events, settled {stored:.0f}")
    return {
        "offered_per_s": 2 * capacity_per_s,
        "stored_per_s": accepted / loud["took_s"],
        "noisy_refused_share": 1 - loud["answered"].get("202", 0) / loud["scheduled"],
        "quiet_refused_share": 1 - calm["answered"].get("202", 0) / calm["scheduled"],
        "answers_not_202_or_429": sum(
            count for status, count in loud["answered"].items() if status not in ("202", "429")
        ),
        "without_retry_after": loud["without_retry_after"] + calm["without_retry_after"],
        "accepted_p99_from_sent_ms": loud["accepted_p99_from_sent_ms"],
        "accepted_max_from_sent_ms": loud["accepted_max_from_sent_ms"],
        "accepted_p99_of_server_ms": loud["accepted_p99_of_server_ms"],
        "accepted_max_of_server_ms": loud["accepted_max_of_server_ms"],
        "generator_max_ms": loud["generator_max_ms"],
        "quiet_max_of_server_ms": calm["accepted_max_of_server_ms"],
        **{f"shed_{reason}": count for reason, count in _shed(server, shed_before).items()},
        "quiet_p99_from_sent_ms": calm["accepted_p99_from_sent_ms"],
        "web_rss_mb_before": rss_before["web"],
        "web_rss_mb_most": rss_during["web"],
        "writer_rss_mb_most": rss_during["writer"],
    }


def _shed(server: Server, before: dict[str, float]) -> dict[str, float]:
    """Events refused since, by reason."""
    shed = server.labelled(SHED)
    return {
        reason: shed.get(f'reason="{reason}"', 0.0) - before.get(f'reason="{reason}"', 0.0)
        for reason in ("overloaded", "late")
    }


def _capacity(server: Server, offered: Offered, token: str) -> float:
    """Events a second that a closed loop gets stored; the spool is empty before and after."""
    settled, started = server.settled(), time.perf_counter()
    load = closed_loop(server.url, offered.bodies, token, 16, max(2.0, offered.seconds / 4))
    server.drained(settled + offered.events * (load["requests"] - load["not_202"]))
    return (server.settled() - settled) / (time.perf_counter() - started)


def _most_memory(server: Server, seconds: float) -> dict[str, float]:
    most: dict[str, float] = {}
    deadline = time.perf_counter() + seconds
    while time.perf_counter() < deadline:
        for role, size in server.usage().rss_mb.items():
            most[role] = max(most.get(role, 0.0), size)
        time.sleep(0.5)
    return most


def _said(run_: dict[str, float]) -> str:
    return (
        f"{run_['stored_per_s']:,.0f} of {run_['offered_per_s']:,.0f} events/s stored, accepted within "
        f"{run_['accepted_max_of_server_ms']:.0f} ms (generator: {run_['generator_max_ms']:.0f} ms more), refused: noisy {run_['noisy_refused_share']:.0%}, "
        f"quiet {run_['quiet_refused_share']:.0%}"
    )


@contextlib.contextmanager
def hanging(server: Server) -> Iterator[None]:
    """The engine takes connections and never answers."""
    engine = server.role_pid("engine")
    os.kill(engine, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(engine, signal.SIGCONT)


@contextlib.contextmanager
def refusing(server: Server) -> Iterator[None]:
    """The engine answers every insert with an error: the table is read-only."""
    ask_engine(server, "ALTER TABLE raw_events MODIFY SETTING table_readonly = 1")
    try:
        yield
    finally:
        ask_engine(server, "ALTER TABLE raw_events MODIFY SETTING table_readonly = 0")


@contextlib.contextmanager
def unreachable(server: Server) -> Iterator[None]:
    """The engine is dead as often as the supervisor starts it; inside the time until it answers again counts too."""
    over = threading.Event()
    killing = threading.Thread(target=_kill_again_and_again, args=(server, over))
    killing.start()
    try:
        yield
    finally:
        over.set()
        killing.join()
        server.wait(lambda: _answers(server), 60.0, "an engine again")


def _kill_again_and_again(server: Server, over: threading.Event) -> None:
    while not over.wait(0.2):
        with contextlib.suppress(OSError, ValueError):
            os.kill(server.role_pid("engine"), signal.SIGKILL)


def _answers(server: Server) -> bool:
    try:
        return ask_engine(server, "SELECT 1").strip() == "1"
    except (OSError, RuntimeError):
        return False


Absence = Callable[[Server], AbstractContextManager[None]]
ABSENCES: Final[dict[str, Absence]] = {
    "hanging": hanging, "refusing": refusing, "unreachable": unreachable,
}  # fmt: skip


def catch_up(seconds: float = 20.0, rounds: int = 3) -> dict[str, Any]:
    """ClickHouse is away for `seconds`, each way in turn, at 5,000 single posts a second: how fast is the backlog gone?"""
    with tempfile.TemporaryDirectory(prefix="statline-bench-") as folder:
        server = Server(Path(folder) / "data")
        server.ready()
        try:
            token, bodies = server.token("bench"), body_files(Path(folder))["single"]
            runs: dict[str, list[dict[str, float]]] = {name: [] for name in ABSENCES}
            for number in range(rounds):
                for name, away in ABSENCES.items():
                    run_ = _caught_up(server, bodies, token, seconds, away)
                    runs[name].append(run_)
                    said = f"{run_['backlog_events']:,.0f} events in {run_['catch_up_s']:.1f} s"
                    print(f"  catch-up after {name}, round {number + 1}: {said}", flush=True)
        finally:
            server.stop()
    return {"medians": {name: medians(found) for name, found in runs.items()}, "runs": runs}


def _caught_up(server: Server, bodies: Path, token: str, away_s: float, away: Absence) -> dict[str, float]:
    settled_before = server.settled()
    load = Load(
        url=server.url, token=token, bodies=str(bodies), rate_per_s=AWAY_RATE_PER_S, seconds=3 * away_s + 5,
        start=fresh_start(),
    )  # fmt: skip
    generator = begin_open_loop(load)
    time.sleep(2.0)
    with away(server):
        time.sleep(away_s)
    back_at, settled = time.perf_counter(), server.settled()
    backlog = _pending(server)
    # What is always on its way at this rate: a second until a segment is sealed, and its insert.
    server.wait(lambda: _pending(server) < 2 * AWAY_RATE_PER_S, 300.0, "caught up")
    catch_up_s = time.perf_counter() - back_at
    stored_meanwhile = server.settled() - settled
    figures = finished(generator)
    server.drained(settled_before + figures["answered"].get("202", 0))
    return {
        "away_s": away_s,
        "backlog_events": backlog,
        "catch_up_s": catch_up_s,
        "stored_per_s_while_catching_up": stored_meanwhile / catch_up_s,
        "refused": figures["scheduled"] - figures["answered"].get("202", 0),
        "p99_ms": figures["p99_ms"],
    }


def _pending(server: Server) -> float:
    return server.metric("statline_ingest_events_received_total") - server.settled()
