"""`statline doctor`: what is in force, where it comes from, and whether every part is well. It changes nothing.

Embedded stores are looked at while they run; they are not started for it.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import asyncpg

from clickhouse.client import ClickHouse
from clickhouse.errors import ClickHouseError
from clickhouse.migrate import MigrationRefused as ClickHouseMigrationRefused
from clickhouse.migrate import waiting as waiting_in_clickhouse
from ingest.conservation import Conservation, conservation
from postgres.errors import MigrationRefused, PostgresError
from postgres.migrate import waiting as waiting_in_postgres
from postgres.pool import Postgres
from statline import locks
from statline.errors import CommandFailed
from statline.settings import Settings, declared, shown, without_password
from statline.stores import clickhouse_url, postgres_url, redis_url
from statline.workers import WEB, running_web_roles

ROLES: Final = (locks.SERVE, WEB, "writer", "worker", "engine")
REDIS_TIMEOUT_S: Final = 2.0
_FAILURES: Final = (
    PostgresError, asyncpg.PostgresError, ClickHouseError, ClickHouseMigrationRefused, CommandFailed, OSError, ValueError
)  # fmt: skip


@dataclass(frozen=True)
class SettingInForce:
    """One setting as doctor shows it; `value` has no secrets."""

    name: str
    value: str
    source: str


@dataclass(frozen=True)
class StoreState:
    """One store: where it is (without password), what it says, and what is wrong ("" = nothing)."""

    name: str
    kind: str
    address: str
    version: str = ""
    migrations_waiting: Sequence[str] = ()
    problem: str = ""


@dataclass(frozen=True)
class SpoolState:
    """What waits on disk to become rows."""

    segments: int
    events_pending: int
    size_bytes: int
    quarantine_bytes: int


@dataclass(frozen=True)
class Report:
    """Everything doctor found."""

    version: str
    data_dir: str
    settings: Sequence[SettingInForce]
    stores: Sequence[StoreState]
    processes: dict[str, int | None]
    spool: SpoolState
    events: Conservation
    problems: Sequence[str] = field(default=())

    @property
    def is_well(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    def as_json(self) -> str:
        """For machines."""
        return json.dumps({"well": self.is_well, **asdict(self)}, indent=2)

    def as_text(self) -> str:
        """For people."""
        return "\n".join(_lines(self))


async def examine(settings: Settings) -> Report:
    """Look at everything once; each store within its own time limit."""
    data_dir = settings.statline.data_dir.resolve()
    stores = [await _postgres(settings), await _clickhouse(settings), await _redis(settings)]
    roles = dict.fromkeys((*ROLES, *running_web_roles(data_dir)))
    processes = {role: locks.holder(data_dir, role) for role in roles}
    events = conservation(data_dir)
    return Report(
        version=version("statline"),
        data_dir=str(data_dir),
        settings=_in_force(settings),
        stores=stores,
        processes=processes,
        spool=_spool(data_dir),
        events=events,
        problems=[
            *_problems(stores, processes),
            *_spool_problems(data_dir / "spool"),
            *([f"events: {events.problem}"] if events.problem else []),
        ],
    )


def _in_force(settings: Settings) -> list[SettingInForce]:
    return [
        SettingInForce(
            each.key,
            shown(each, getattr(getattr(settings, each.section), each.name)),
            settings.sources[each.key],
        )
        for each in declared()
    ]


async def _postgres(settings: Settings) -> StoreState:
    async def look() -> tuple[str, list[str]]:
        store = await Postgres.connect(postgres_url(settings), settings.postgres)
        try:
            return await store.version(), await waiting_in_postgres(store)
        finally:
            await store.close()

    return await _state("postgres", settings.postgres.url, lambda: postgres_url(settings), look)


async def _clickhouse(settings: Settings) -> StoreState:
    async def look() -> tuple[str, list[str]]:
        store = ClickHouse(clickhouse_url(settings), settings.clickhouse.database, settings.clickhouse)
        try:
            # From the system database: ours may not exist yet.
            waiting = await waiting_in_clickhouse(store)
            rows = await store.rows_of("SELECT version() AS version")
            return str(rows[0]["version"]), waiting
        finally:
            await store.close()

    return await _state("clickhouse", settings.clickhouse.url, lambda: clickhouse_url(settings), look)


async def _redis(settings: Settings) -> StoreState:
    async def look() -> tuple[str, list[str]]:
        from redis.asyncio import Redis
        from redis.exceptions import RedisError

        client: Redis = Redis.from_url(
            redis_url(settings), socket_timeout=REDIS_TIMEOUT_S, socket_connect_timeout=REDIS_TIMEOUT_S
        )
        try:
            info: dict[str, Any] = await client.info("server")
        except RedisError as error:
            raise OSError(str(error)) from error
        finally:
            await client.aclose()
        return str(info.get("valkey_version") or info.get("redis_version", "")), []

    return await _state("redis", settings.redis.url, lambda: redis_url(settings), look)


async def _state(
    name: str, url: str, address: Callable[[], str], look: Callable[[], Awaitable[tuple[str, list[str]]]]
) -> StoreState:
    kind, where = ("server" if url else "embedded"), without_password(url)
    try:
        where = without_password(address())
        found, waiting = await look()
    except (*_FAILURES, MigrationRefused) as error:
        return StoreState(name, kind, where, problem=" ".join(str(error).split()) or type(error).__name__)
    return StoreState(name, kind, where, found, waiting)


def _spool(data_dir: Path) -> SpoolState:
    from ingest.spool import SegmentName

    found = [
        (name, path)
        for path in (data_dir / "spool").glob("*/*")
        if (name := SegmentName.parse(path.name)) is not None
    ]
    return SpoolState(
        segments=len(found),
        events_pending=sum(name.events for name, _ in found),
        size_bytes=sum(_size_bytes(path) for _, path in found),
        quarantine_bytes=sum(_size_bytes(path) for path in (data_dir / "quarantine").glob("*")),
    )


def _size_bytes(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # inserted meanwhile
        return 0


def _problems(stores: Sequence[StoreState], processes: dict[str, int | None]) -> list[str]:
    found = [f"{store.name}: {store.problem}" for store in stores if store.problem]
    found += [
        f"{store.name}: {len(store.migrations_waiting)} migrations are not applied: run statline migrate"
        for store in stores
        if store.migrations_waiting
    ]
    if processes[locks.SERVE] is not None:
        found += [
            f"statline serve runs without its {role}"
            for role in ("web", "writer", "worker")
            if processes[role] is None
        ]
    return found


def _spool_problems(spool_dir: Path) -> list[str]:
    from ingest.spool_files import nameless_folders

    return [
        f"{folder}: segments whose identity.json is lost are not stored (docs/processes.md)"
        for folder in nameless_folders(spool_dir)
    ]


def _events_lines(events: Conservation) -> list[str]:
    parts = {name: getattr(events, name) for name in ("inserted", "duplicate", "quarantined", "pending")}
    total = " + ".join(f"{count} {name}" for name, count in parts.items())
    verdict = "the sum holds" if events.holds else events.problem
    lines = ["Events", f"  {events.received} received = {total}: {verdict}"]
    if events.since_start:
        counted = ", ".join(f"{count} {name}" for name, count in events.since_start.items())
        lines.append(f"  counted since the last start: {counted}")
    return lines


def _lines(report: Report) -> list[str]:
    lines = [f"statline {report.version}, data folder {report.data_dir}", "", "Stores"]
    for store in report.stores:
        state = store.problem or f"well, version {store.version}"
        if store.migrations_waiting:
            state += f", migrations waiting: {', '.join(store.migrations_waiting)}"
        lines.append(
            f"  {store.name:<11} {store.kind:<9} {state}" + (f"  ({store.address})" if store.address else "")
        )
    lines += ["", "Processes"]
    lines += [
        f"  {role:<11} {f'process {pid}' if pid else 'not running'}" for role, pid in report.processes.items()
    ]
    spool = report.spool
    waiting = f"{spool.events_pending} events sealed and waiting in {spool.segments} segments"
    kept = f"{spool.size_bytes} bytes; quarantine {spool.quarantine_bytes} bytes"
    lines += ["", f"Spool: {waiting}, {kept}", "", *_events_lines(report.events), "", "Settings"]
    width = max(len(each.name) for each in report.settings)
    lines += [
        f"  {each.name:<{width}}  {each.value or '(empty)'}  [{each.source}]" for each in report.settings
    ]
    return (
        [*lines, "", *(f"PROBLEM {each}" for each in report.problems)]
        if report.problems
        else [*lines, "", "All well."]
    )
