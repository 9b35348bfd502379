"""A receipt as a game server meets it: from the door through the real writer and ClickHouse."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from clickhouse.client import ClickHouse
from ingest.settings import IngestSettings
from ingest.writer import run_writer
from postgres import servers
from postgres.pool import Postgres
from tests.web.conftest import Answer, Serve, Served

INGEST = IngestSettings(linger_s=0.01, drain_s=20)
PATH = "/api/v1/ingest/receipts/"
LINE = b"type=weapon_fire&match_id=m1&timestamp=3.000&player_guid=42&weapon="


async def asked(served: Served, accepted: Answer, token: str = "") -> Answer:
    headers = {"X-Server-Token": token or served.token}
    return await served.get(PATH + accepted.headers["Statline-Receipt"], headers=headers)


async def drained(served: Served, clickhouse: ClickHouse, data_dir: Path) -> None:
    """Let the writer store everything."""
    stop = asyncio.Event()
    writer = asyncio.create_task(run_writer(INGEST, clickhouse, data_dir, stop))
    async with asyncio.timeout(60):
        while served.world.door.pending_events():
            await asyncio.sleep(0.01)
    stop.set()
    await writer


async def test_a_report_is_pending_then_stored(serve: Serve, clickhouse: ClickHouse, tmp_path: Path) -> None:
    async with serve(ingest=INGEST, clickhouse=clickhouse) as served:
        accepted = await served.post(LINE + b"BAR\n" + LINE + b"BAR\nno type")
        answer = await asked(served, accepted)
        assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-store")
        expected: dict[str, Any] = {
            "receipt": accepted.headers["Statline-Receipt"], "status": "pending", "events": 2,
            "inserted": 0, "duplicate": 0, "quarantined": 0, "refused": [],
        }  # fmt: skip
        assert answer.json == expected

        await drained(served, clickhouse, tmp_path)

        text = "The event has no type, or an empty one."
        assert (await asked(served, accepted)).json == {
            **expected, "status": "stored", "inserted": 2,
            "refused": [{"reason": "no_type", "lines": 1, "text": text}],
        }  # fmt: skip


async def test_a_repeated_report_is_told_to_be_a_duplicate(
    serve: Serve, clickhouse: ClickHouse, tmp_path: Path
) -> None:
    async with serve(ingest=INGEST, clickhouse=clickhouse) as served:
        first, second = await served.post(LINE), await served.post(LINE)
        await drained(served, clickhouse, tmp_path)

        found = [(await asked(served, each)).json for each in (first, second)]

    assert [(each["inserted"], each["duplicate"]) for each in found] == [(1, 0), (0, 1)]


async def test_rows_that_clickhouse_refuses_are_told_in_their_own_report(
    serve: Serve, clickhouse: ClickHouse, tmp_path: Path
) -> None:
    await clickhouse.command("ALTER TABLE raw_events ADD CONSTRAINT no_bombs CHECK weapon != 'bomb'")
    async with serve(ingest=INGEST, clickhouse=clickhouse) as served:
        good, mixed = await served.post(LINE + b"BAR"), await served.post(LINE + b"x\n" + LINE + b"bomb")
        await drained(served, clickhouse, tmp_path)

        told, other = (await asked(served, mixed)).json, (await asked(served, good)).json

    assert (told["status"], told["events"], told["inserted"], told["quarantined"]) == ("quarantined", 2, 1, 1)
    assert [(part["reason"], part["lines"]) for part in told["refused"]] == [("refused_by_clickhouse", 1)]
    assert (other["status"], other["inserted"]) == ("stored", 1)


async def test_another_servers_receipt_is_404_and_a_stranger_gets_401(
    served: Served, postgres: Postgres
) -> None:
    accepted = await served.post(LINE)
    other = await servers.add(postgres, "other")

    answer = await asked(served, accepted, other.token)

    assert answer.status == 404
    assert answer.json["error"] == "No such receipt: never given, of another server, or no longer kept"
    assert (await served.get(PATH + "x")).status == 401
    assert (await asked(served, accepted, "wrong")).status == 401


@pytest.mark.parametrize("receipt", ["x", "..%2f..%2fetc", "0123456789ab-web-00000001-00000001-17"])
async def test_an_unknown_receipt_is_404(served: Served, receipt: str) -> None:
    assert (await served.get(PATH + receipt, headers={"X-Server-Token": served.token})).status == 404
