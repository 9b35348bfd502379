"""`statline analysts`, and how the embedded engine and a server learn of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from clickhouse.analysts import drop_statement, run_or_tell, shared_statements, user_statements
from clickhouse.client import ClickHouse
from clickhouse.engine.analysts import Analysts
from clickhouse.settings import ClickHouseSettings
from postgres import analysts
from postgres.analysts import Limits
from postgres.pool import Postgres
from statline import analysts_command
from statline.analysts import follow, publish
from statline.settings import Settings, load


@pytest.fixture
def settings(postgres_database: str, tmp_path: Path) -> Settings:
    return load({"statline.data_dir": tmp_path, "postgres.url": postgres_database}, environment={})


@pytest.fixture
async def following(settings: Settings, tmp_path: Path) -> AsyncIterator[Analysts]:
    task = asyncio.create_task(follow(settings, tmp_path))
    yield Analysts(tmp_path)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_an_added_analyst_is_known_to_the_engine_and_a_revoked_one_is_not(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known = Analysts(tmp_path)
    said = json.loads(await analysts_command.add(settings, "ann", Limits(queries_max=3), "json"))
    assert set(said) == {"name", "password"}
    found = known.find("ann")
    assert found is not None
    assert found.queries_max == 3
    assert said["password"] not in found.password_hash
    assert "ann" in await analysts_command.listed(settings, "text")
    assert json.loads(await analysts_command.listed(settings, "json"))[0]["queries_max"] == 3
    await analysts_command.revoke(settings, "ann")
    assert known.find("ann") is None
    # The command prints what is returned, and nothing beside it: scripts read it.
    assert capsys.readouterr().out == ""


async def test_the_password_is_shown_once_and_that_the_door_is_shut_is_told(settings: Settings) -> None:
    said = await analysts_command.add(settings, "ann", Limits(), "text")
    assert "shown only now" in said
    assert "analysts_host" in said
    assert "password" not in await analysts_command.listed(settings, "text")


async def test_a_change_made_on_another_node_reaches_the_engine(
    settings: Settings, following: Analysts, tmp_path: Path, eventually: Callable[..., Any]
) -> None:
    elsewhere = load(
        {"statline.data_dir": tmp_path / "other", "postgres.url": settings.postgres.url}, environment={}
    )
    await analysts_command.add(elsewhere, "ann", Limits(), "text")
    await eventually(lambda: following.find("ann"))
    await analysts_command.revoke(elsewhere, "ann")
    await eventually(lambda: following.find("ann") is None)


async def test_publishers_that_run_at_once_leave_the_last_state(settings: Settings, tmp_path: Path) -> None:
    await analysts_command.add(settings, "ann", Limits(), "text")
    store = await Postgres.connect(settings.postgres.url)
    await asyncio.gather(*(publish(store, tmp_path) for _ in range(20)))
    await asyncio.gather(analysts.revoke(store, "ann"), *(publish(store, tmp_path) for _ in range(20)))
    await publish(store, tmp_path)
    await store.close()
    assert Analysts(tmp_path).find("ann") is None
    assert not list((tmp_path / "clickhouse").glob("*.tmp"))


@pytest.mark.parametrize("cluster", ["", "main"])
async def test_what_a_server_is_told_is_sql_that_it_understands(clickhouse: ClickHouse, cluster: str) -> None:
    server = ClickHouseSettings(cluster=cluster)
    statements = [
        *shared_statements(server),
        *user_statements(server, "ann", "pass'word"),
        drop_statement(server, "ann"),
    ]
    for statement in statements:
        assert await clickhouse.rows_of(f"EXPLAIN AST {statement}")
        assert "pass" + "'" not in statement
        assert ("ON CLUSTER" in statement) == bool(cluster)


async def test_a_server_that_keeps_its_access_to_itself_gets_instructions(clickhouse: ClickHouse) -> None:
    """As the embedded engine does: its users stand in a file."""
    told = await run_or_tell(clickhouse, shared_statements(ClickHouseSettings()))
    assert "CREATE SETTINGS PROFILE IF NOT EXISTS statline_analyst SETTINGS readonly = 1" in told
