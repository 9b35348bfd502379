"""Webhooks from the end of a match to a real receiver: once each, signed, retried, and never with their secrets in sight."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web

from clickhouse.client import ClickHouse
from jobs.queue import Queued, install, run_jobs
from jobs.settling import OverMatch
from live.settings import WebhookSettings
from live.webhooks import JOB, Delivery, NotDelivered, Webhooks, example, plain, written
from postgres import webhooks
from postgres.errors import WebhookRefused
from postgres.pool import Postgres
from postgres.settings import PostgresSettings
from postgres.webhooks import Webhook
from query.matches import match as match_page
from schema.match_ids import match_uuid
from tests.query.rows import kill, row, store

NOW = datetime.now(UTC).replace(microsecond=0)
MATCH = match_uuid("match_1", "server-1", "")
HERE = WebhookSettings(allow_private_addresses=True)


@dataclass
class Receiver:
    """A web server of somebody else."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    """Answers still to give; 204 when there is none left."""
    bodies: list[bytes] = field(default_factory=list)
    headers: list[Any] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        self.bodies.append(await request.read())
        self.headers.append(request.headers)
        status = self.statuses.pop(0) if self.statuses else 204
        return web.Response(status=status, headers={"Location": f"{self.url}/elsewhere"})


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/{path:.*}", receiver.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield receiver
    await runner.cleanup()


def over(**changes: Any) -> OverMatch:
    facts: dict[str, Any] = {
        "game": "mohaa", "match_id": str(MATCH), "server_id": "server-1", "gametype": "ffa", "winner": "",
        "first_at": NOW - timedelta(minutes=10), "last_at": NOW, "events": 30, "raw_events": 30, "raw_events_settled": 0,
        "has_ended": True, "is_over": True, "is_again": False,
    }  # fmt: skip
    return OverMatch(**{**facts, **changes})


async def play(clickhouse: ClickHouse, kills: int, wire: str = "match_1", killer: str = "1") -> None:
    match_id = match_uuid(wire, "server-1", "")
    rows = [
        kill(NOW - timedelta(seconds=60 + n), killer, "2", match_id=match_id, player_name="*Ace*")
        for n in range(kills)
    ]
    await store(clickhouse, rows, f"batch-{wire}")


@contextlib.asynccontextmanager
async def worker(url: str, hooks: Webhooks) -> AsyncIterator[None]:
    stop = asyncio.Event()
    running = asyncio.create_task(run_jobs(url, PostgresSettings(), [Queued(JOB, hooks.deliver)], stop))
    yield
    stop.set()
    await running


async def test_a_match_is_told_once_and_signed(
    clickhouse: ClickHouse, postgres: Postgres, postgres_database: str, receiver: Receiver,
    eventually: Callable[..., Any],
) -> None:  # fmt: skip
    secret = await webhooks.add(postgres, "site", "signed", f"{receiver.url}/hook", ("match_end",))
    hooks = Webhooks(clickhouse, postgres, HERE)
    async with postgres.connection() as connection:
        await install(connection)
    await play(clickhouse, 3)
    receiver.statuses = [503]
    async with worker(postgres_database, hooks):
        for _ in range(3):
            await hooks.announce(clickhouse, [over(), over(is_again=True)])
        await eventually(lambda: len(receiver.bodies) >= 2, within_s=60)

        async def delivered() -> bool:
            return [one.delivered for one in await webhooks.listed(postgres)] == [1]

        await eventually(delivered)
    assert len(receiver.bodies) == 2  # the first was answered 503
    body, headers = receiver.bodies[-1], receiver.headers[-1]
    told = json.loads(body)
    assert (told["event"], told["match"]["kills"]) == ("match_end", 3)
    assert told["match"]["players"][0] == {"guid": "1", "name": "*Ace*", "kills": 3, "deaths": 0}
    signed = f"{headers['Statline-Timestamp']}.".encode() + body
    assert (
        headers["Statline-Signature"] == "sha256=" + hmac.new(secret.encode(), signed, "sha256").hexdigest()
    )


async def test_a_message_tells_what_the_page_of_a_match_shows(
    clickhouse: ClickHouse, postgres: Postgres
) -> None:
    started, ended = NOW - timedelta(hours=2), NOW
    result = {"winning_team": "axis", "allies_score": "3", "axis_score": "7"}
    end = row("match_end", ended, match_id=MATCH, attributes=result)
    # Over a border of hours; two of the seven have as many kills, and one of them fewer deaths.
    kills = [
        kill(
            started + timedelta(minutes=15 * n),
            str(killer),
            str((killer + 1) % 7),
            match_id=MATCH,
            gametype="tdm",
        )
        for killer in range(7)
        for n in range(max(1, killer))
    ]
    await store(clickhouse, [*kills, end], "a")
    facts = await Webhooks(clickhouse, postgres, HERE).facts(
        Delivery("site", "match_end", str(MATCH), "mohaa")
    )
    shown = await match_page(clickhouse, str(MATCH), {})
    assert facts is not None
    assert shown is not None
    told, summary = facts["match"], shown.summary
    assert [tuple(one.values()) for one in told["players"]] == [
        (one.guid, one.name, one.kills, one.deaths) for one in shown.scoreboard[:5]
    ]
    assert {name: value for name, value in told.items() if name not in ("players", "server_name")} == {
        "match_id": shown.match_id, "server_id": summary.server_id, "map_name": summary.map_name,
        "gametype": summary.gametype, "started_at": summary.started_at, "ended_at": summary.ended_at,
        "winning_team": summary.winning_team, "allies_score": summary.allies_score, "axis_score": summary.axis_score,
        "kills": summary.total_kills, "player_count": summary.unique_players,
    }  # fmt: skip
    assert (told["winning_team"], told["axis_score"], len(shown.scoreboard)) == ("axis", 7, 7)
    nothing = Delivery("site", "match_end", str(match_uuid("never", "server-1", "")), "mohaa")
    assert await Webhooks(clickhouse, postgres, HERE).facts(nothing) is None


async def test_a_record_is_told_when_it_falls_and_not_otherwise(
    clickhouse: ClickHouse, postgres: Postgres, receiver: Receiver
) -> None:
    await webhooks.add(postgres, "site", "signed", receiver.url, ("record",))
    hooks = Webhooks(clickhouse, postgres, HERE)
    async with postgres.connection() as connection:
        await install(connection)
    await play(clickhouse, 12, "match_0", "9")
    await play(clickhouse, 12)
    await hooks.announce(clickhouse, [over()])
    assert await queued(postgres) == 0
    await play(clickhouse, 15, "match_2")
    await hooks.announce(clickhouse, [over(match_id=str(match_uuid("match_2", "server-1", "")))])
    assert await queued(postgres) == 1


async def queued(postgres: Postgres) -> int:
    async with postgres.connection() as connection:
        return int(await connection.fetchval("SELECT count(*) FROM pgqueuer"))


async def test_matches_of_long_ago_are_told_to_nobody(clickhouse: ClickHouse, postgres: Postgres) -> None:
    await webhooks.add(postgres, "site", "signed", "https://example.org/", ("match_end",))
    hooks = Webhooks(clickhouse, postgres, WebhookSettings())
    old = NOW - timedelta(days=2)
    await hooks.announce(clickhouse, [over(last_at=old), over(is_over=False)])
    async with postgres.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM webhook_deliveries") == 0


@pytest.mark.parametrize(("status", "again"), [(404, False), (302, False), (500, True), (429, True)])
async def test_what_is_refused_for_good_is_not_sent_again(
    clickhouse: ClickHouse, postgres: Postgres, receiver: Receiver, status: int, again: bool
) -> None:
    await webhooks.add(postgres, "site", "signed", receiver.url, ("match_end",))
    hook = await webhooks.find(postgres, "site")
    receiver.statuses = [status]
    sent = Webhooks(clickhouse, postgres, HERE).send(hook, "match_end", example("match_end"))
    if again:
        with pytest.raises(NotDelivered):
            await sent
    else:
        assert await sent == f"answered {status}"
    assert len(receiver.bodies) == 1


async def test_without_the_setting_nothing_goes_to_this_machine(
    clickhouse: ClickHouse, postgres: Postgres, receiver: Receiver
) -> None:
    await webhooks.add(postgres, "site", "signed", receiver.url, ("match_end",))
    hook = await webhooks.find(postgres, "site")
    refused = await Webhooks(clickhouse, postgres, WebhookSettings()).send(
        hook, "match_end", example("match_end")
    )
    assert "not on the internet" in refused
    assert receiver.bodies == []


def discord(name: str = "Ace") -> dict[str, Any]:
    facts = example("match_end")
    facts["match"]["players"][0]["name"] = name
    hook = Webhook(
        MATCH,
        "chat",
        "discord",
        "https://discord.com/api/webhooks/1/secret-word",
        "",
        ("match_end",),
        NOW,
        0,
        0,
    )
    body, _ = written(hook, "match_end", facts, 1)
    assert "secret-word" not in repr(hook)
    found: dict[str, Any] = json.loads(body)
    return found


@pytest.mark.parametrize(
    "name", ["@everyone", "**bold**", "[link](https://evil.example)", "<@123>", "`x`", "\n# big"]
)
def test_names_are_text_in_discord(name: str) -> None:
    message = discord(name)
    assert message["allowed_mentions"] == {"parse": []}
    assert plain(name) in message["embeds"][0]["description"]
    assert f"1. {name}" not in message["embeds"][0]["description"]


async def test_webhooks_are_listed_without_secrets_and_wrong_ones_refused(postgres: Postgres) -> None:
    secret = await webhooks.add(postgres, "site", "signed", "https://example.org/hook/word", ("record",))
    [hook] = await webhooks.listed(postgres)
    assert secret not in repr(hook)
    assert "word" not in repr(hook)
    assert hook.place == "https://example.org/…"
    for name, form, events in (("site", "signed", ("record",)), ("Site", "signed", ("record",)),
                               ("b", "fax", ("record",)), ("b", "signed", ("gossip",)), ("b", "signed", ())):  # fmt: skip
        with pytest.raises(WebhookRefused):
            await webhooks.add(postgres, name, form, "https://example.org/", events)
    await webhooks.remove(postgres, "site")
    with pytest.raises(WebhookRefused):
        await webhooks.remove(postgres, "site")
