"""The pool: named queries with time limits, and a Postgres that is away is told apart from a wrong question."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import asyncpg
import pytest

from postgres.embedded import EmbeddedPostgres
from postgres.errors import PostgresUnavailable
from postgres.pool import QUERIES, Postgres, query_text
from postgres.settings import PostgresSettings

REPOSITORY = Path(__file__).parents[2]


async def test_a_pool_is_made_while_postgres_is_away() -> None:
    store = await Postgres.connect("postgresql://nobody@/nothing?host=/nonexistent")
    assert await store.ping() is False
    with pytest.raises(PostgresUnavailable):
        await store.fetch("server_list")
    await store.close()


async def test_a_pool_made_while_postgres_was_away_works_once_it_is_there() -> None:
    with tempfile.TemporaryDirectory(prefix="statline-test-") as name:
        server = EmbeddedPostgres(Path(name), durable=False)
        store = await Postgres.connect(server.url())
        assert await store.ping() is False
        server.start()
        try:
            assert await store.ping() is True
            await store.close()
        finally:
            server.stop()


async def test_a_question_that_takes_too_long_is_ended(postgres_database: str) -> None:
    store = await Postgres.connect(postgres_database, PostgresSettings(query_timeout_s=0.2))
    with pytest.raises(PostgresUnavailable):
        async with store.connection() as connection:
            await connection.execute("SELECT pg_sleep(60)")
    assert await store.ping() is True
    await store.close()


async def test_waiting_for_a_free_connection_has_an_end(postgres_database: str) -> None:
    store = await Postgres.connect(
        postgres_database, PostgresSettings(query_timeout_s=0.2, connections_max=2)
    )
    async with store.connection(), store.connection():
        with pytest.raises(PostgresUnavailable):
            await store.fetch("server_list")
    assert await store.fetch("server_list") == []
    await store.close()


async def test_a_refused_connection_is_no_fault_of_the_question(postgres_server: EmbeddedPostgres) -> None:
    store = await Postgres.connect(postgres_server.url("no_such_database"))
    with pytest.raises(PostgresUnavailable, match="refuses the connection"):
        await store.fetch("server_list")
    await store.close()


async def test_a_pool_gets_over_cut_connections(postgres: Postgres, postgres_database: str) -> None:
    assert await postgres.ping()
    connection = await asyncpg.connect(postgres_database)
    await connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name = 'statline'"
    )
    await connection.close()
    answers = [await postgres.ping() for _ in range(3)]
    assert answers[-1] is True


async def test_the_version_is_that_of_the_server(postgres: Postgres) -> None:
    assert (await postgres.version()).startswith("18.")


@pytest.mark.parametrize("path", sorted(QUERIES.glob("*.sql")), ids=lambda path: path.stem)
async def test_every_query_has_a_header_a_caller_and_parses(path: Path, postgres: Postgres) -> None:
    text = query_text(path.stem)
    assert re.match(r"-- [A-Z].+\n(-- .+\n)+\n", text), "question, parameters, tables"
    sources = [
        file.read_text()
        for folder in ("postgres", "ingest", "live", "web", "query", "statline")
        for file in (REPOSITORY / folder).rglob("*.py")
    ]
    assert any(f'"{path.stem}"' in source for source in sources)
    async with postgres.connection() as connection:
        await connection.prepare(text)
