"""`statline analysts`: who may read ClickHouse, from the command line, beside a running statline or without."""

from __future__ import annotations

import json
from typing import Any

from clickhouse.analysts import drop_statement, run_or_tell, shared_statements, user_statements
from clickhouse.client import ClickHouse
from postgres import analysts
from postgres.analysts import Analyst, Limits
from statline.analysts import publish
from statline.migrations import migrate_postgres
from statline.settings import Settings
from statline.stores import opened_postgres


async def add(settings: Settings, name: str, limits: Limits, form: str) -> str:
    """Register an analyst; the text to print holds his password, which is shown nowhere else."""
    async with opened_postgres(settings) as store:
        await migrate_postgres(store)
        password = await analysts.add(store, name, limits)
        await publish(store, settings.statline.data_dir.resolve())
    todo = ""
    if settings.clickhouse.url:
        made = [
            *shared_statements(settings.clickhouse),
            *user_statements(settings.clickhouse, name, password),
        ]
        todo = await _on_server(settings, made)
    if form == "json":
        return json.dumps({"name": name, "password": password})
    lines = [
        f"analyst {name!r} added",
        f"name      {name}",
        f"password  {password}",
        "The password is shown only now.",
    ]
    if not settings.clickhouse.url and not settings.clickhouse.analysts_host:
        lines.append("The door is shut: set clickhouse.analysts_host (docs/analysts.md).")
    return "\n".join([*lines, *([todo] if todo else [])])


async def revoke(settings: Settings, name: str) -> str:
    """Refuse an analyst from now on."""
    async with opened_postgres(settings) as store:
        await migrate_postgres(store)
        await analysts.revoke(store, name)
        await publish(store, settings.statline.data_dir.resolve())
    todo = (
        await _on_server(settings, [drop_statement(settings.clickhouse, name)])
        if settings.clickhouse.url
        else ""
    )
    return "\n".join([f"analyst {name!r} is revoked", *([todo] if todo else [])])


async def listed(settings: Settings, form: str) -> str:
    """Every analyst."""
    async with opened_postgres(settings) as store:
        await migrate_postgres(store)
        found = await analysts.listed(store)
    if form == "json":
        return json.dumps([_as_json(analyst) for analyst in found], indent=2)
    if not found:
        return "no analyst is registered yet: statline analysts add NAME"
    return "\n".join(_as_line(analyst) for analyst in found)


async def _on_server(settings: Settings, statements: list[str]) -> str:
    store = ClickHouse(settings.clickhouse.url, settings.clickhouse.database, settings.clickhouse)
    try:
        return await run_or_tell(store, statements)
    finally:
        await store.close()


def _as_json(analyst: Analyst) -> dict[str, Any]:
    return {
        "name": analyst.name,
        **vars(analyst.limits),
        "created_at": analyst.created_at.isoformat(),
        "revoked_at": analyst.revoked_at and analyst.revoked_at.isoformat(),
    }


def _as_line(analyst: Analyst) -> str:
    limits = analyst.limits
    state = f"revoked {analyst.revoked_at:%Y-%m-%d %H:%M} UTC" if analyst.revoked_at else "active"
    memory = limits.query_memory_max_bytes >> 20
    return (
        f"{analyst.name:<32}  {state:<28}  {limits.query_time_max_s:g} s, {memory} MiB, "
        f"{limits.result_rows_max} rows, {limits.queries_max} at once"
    )
