"""Webhooks: addresses that are told when a match is over or a record falls.

`announce` is a step of settling (jobs/settling.py): it notes once per webhook, event and match that there is something to tell, and
queues a job in the same transaction. `deliver` is that job: it asks what happened, writes the message and sends
it; what fails is tried again by the queue with growing pauses, what the other side refuses is not.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import aiohttp
import msgspec
import structlog

from clickhouse.client import ClickHouse
from jobs.queue import enqueue
from jobs.settling import OverMatch
from live import metrics
from live.outbound import AddressRefused, post
from live.settings import WebhookSettings
from postgres import webhooks
from postgres.errors import WebhookRefused
from postgres.pool import Postgres
from postgres.webhooks import Webhook
from schema import gametypes

JOB: Final = "webhook"
RECORD: Final = "record"
RECORD_KILLS_MIN: Final = 10
"""Fewer kills are no record, however young the database is."""

_MARKUP: Final = re.compile(r"([\\*_~`|>#\[\]()<@:-])")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
_GIVE_UP: Final = frozenset(range(400, 500)) - {408, 425, 429}
_ENCODER: Final = msgspec.json.Encoder()

_log = structlog.get_logger(__name__)


class Delivery(msgspec.Struct, frozen=True):
    """What a queued job says: whom to tell what about which match."""

    webhook: str
    event: str
    match_id: str
    game: str


class NotDelivered(Exception):
    """The other side did not take it now; the queue tries again."""


@dataclass(frozen=True)
class Webhooks:
    """The stores and settings that telling needs."""

    clickhouse: ClickHouse
    postgres: Postgres
    settings: WebhookSettings

    async def announce(self, store: ClickHouse, matches: Sequence[OverMatch]) -> None:
        """Queue what is to be told of matches that are over. Any number of times: each is told once."""
        since = datetime.now(UTC) - timedelta(seconds=self.settings.news_s)
        fresh = [match for match in matches if match.is_over and match.last_at >= since]
        if not fresh:
            return
        for webhook in await webhooks.listed(self.postgres):
            for event in webhook.events:
                for match in fresh:
                    await self._announce(store, webhook, event, match)
        await webhooks.forget_old(self.postgres)

    async def _announce(self, store: ClickHouse, webhook: Webhook, event: str, match: OverMatch) -> None:
        if event == RECORD and await _record(store, match.game, match.match_id) is None:
            return
        payload = _ENCODER.encode(Delivery(webhook.name, event, match.match_id, match.game))
        async with self.postgres.connection() as connection, connection.transaction():
            if await webhooks.claim(connection, webhook.id, event, match.match_id):
                await enqueue(connection, JOB, payload)

    async def deliver(self, payload: bytes) -> None:
        """Tell one webhook. Raises NotDelivered or a store's error for another try."""
        delivery = msgspec.json.decode(payload, type=Delivery)
        try:
            webhook = await webhooks.find(self.postgres, delivery.webhook)
        except WebhookRefused:
            return  # it was removed meanwhile
        facts = await self.facts(delivery)
        refused = await self.send(webhook, delivery.event, facts) if facts else "the match is not known"
        await webhooks.done(self.postgres, webhook.id, delivery.event, delivery.match_id, refused)

    async def facts(self, delivery: Delivery) -> dict[str, Any] | None:
        """What the message tells; None when nothing is known of the match."""
        match = await _match(self.clickhouse, delivery.game, delivery.match_id)
        if match is None:
            return None
        names = {str(server["id"]): server["name"] for server in await self.postgres.fetch("server_list")}
        match["server_name"] = names.get(match["server_id"], "")
        facts: dict[str, Any] = {"event": delivery.event, "match": match}
        if delivery.event == RECORD:
            facts["record"] = await _record(self.clickhouse, delivery.game, delivery.match_id)
        return facts

    async def send(self, webhook: Webhook, event: str, facts: Mapping[str, Any]) -> str:
        """Send one message. Returns why the other side will never take it, empty when it did. Raises NotDelivered."""
        body, headers = written(webhook, event, facts, int(time.time()))
        try:
            status = await post(
                webhook.url, body, headers, allow_private=self.settings.allow_private_addresses
            )
        except AddressRefused as error:
            return self._refused(webhook, str(error))
        except (OSError, TimeoutError, aiohttp.ClientError, ValueError) as error:
            # Its text may hold the address, which is a secret: nothing of it goes on.
            metrics.WEBHOOKS.labels("failed").inc()
            raise NotDelivered(f"{webhook.name}: {type(error).__name__}") from None
        if 200 <= status < 300:
            metrics.WEBHOOKS.labels("delivered").inc()
            return ""
        if status in _GIVE_UP or 300 <= status < 400:
            return self._refused(webhook, f"answered {status}")
        metrics.WEBHOOKS.labels("failed").inc()
        raise NotDelivered(f"{webhook.name}: answered {status}")

    def _refused(self, webhook: Webhook, why: str) -> str:
        metrics.WEBHOOKS.labels("refused").inc()
        _log.warning("webhook_refused", webhook=webhook.name, place=webhook.place, reason=why)
        return why


def written(
    webhook: Webhook, event: str, facts: Mapping[str, Any], at_s: int
) -> tuple[bytes, dict[str, str]]:
    """Body and headers of a message at a Unix time."""
    headers = {"Content-Type": "application/json", "User-Agent": "statline-webhook"}
    if webhook.form == "discord":
        return _ENCODER.encode(discord(event, facts)), headers
    body = _ENCODER.encode({"sent_at": datetime.fromtimestamp(at_s, UTC), **facts})
    headers["Statline-Event"] = event
    headers["Statline-Timestamp"] = str(at_s)
    headers["Statline-Signature"] = signature(webhook.secret, at_s, body)
    return body, headers


def signature(secret: str, at_s: int, body: bytes) -> str:
    """`sha256=` and the HMAC of `<timestamp>.<body>`: a receiver checks it and that the timestamp is young."""
    digest = hmac.new(secret.encode(), b"%d." % at_s + body, hashlib.sha256).hexdigest()
    return f"sha256={digest}"


def discord(event: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """A message for a Discord channel. Names are text: no markup, and nobody is mentioned."""
    match = facts["match"]
    where = f"{plain(match['map_name'])} · {plain(gametypes.display_name(match['gametype']))}"
    if event == RECORD:
        record = facts["record"] or {}
        title = "New record"
        text = f"{plain(record.get('name', ''))}: {record.get('value', 0)} kills in one match (before: {record.get('before', 0)})"
    else:
        title = f"Match over: {_result(match)}" if match["winning_team"] else "Match over"
        text = "\n".join(
            f"{place}. {plain(player['name'])} {player['kills']}/{player['deaths']}"
            for place, player in enumerate(match["players"], start=1)
        )
    embed = {
        "title": title[:256], "description": f"{where}\n{text}"[:4000], "timestamp": match["ended_at"],
        "footer": {"text": (_CONTROL.sub("", match["server_name"]) or "statline")[:200]},
    }  # fmt: skip
    return {"embeds": [embed], "allowed_mentions": {"parse": []}}


def plain(text: str) -> str:
    """Text of strangers as Discord shows it unchanged."""
    return _MARKUP.sub(r"\\\1", _CONTROL.sub("", text))[:100]


def example(event: str) -> dict[str, Any]:
    """What a test message tells."""
    now = datetime.now(UTC)
    match = {
        "match_id": str(UUID(int=0)), "server_id": "", "server_name": "A test of statline", "map_name": "dm/mohdm6",
        "gametype": "tdm", "started_at": now - timedelta(minutes=10), "ended_at": now, "winning_team": "allies",
        "allies_score": 50, "axis_score": 42, "kills": 92, "player_count": 2,
        "players": [{"guid": "1", "name": "Test player", "kills": 50, "deaths": 42}],
    }  # fmt: skip
    record = {"stat": "kills_in_match", "guid": "1", "name": "Test player", "value": 50, "before": 49}
    return {"event": event, "test": True, "match": match, "record": record}


def _result(match: Mapping[str, Any]) -> str:
    return f"{plain(match['winning_team'])} win {match['allies_score']} : {match['axis_score']}"


async def _match(store: ClickHouse, game: str, match_id: str) -> dict[str, Any] | None:
    rows = await store.rows("match_message", {"game": game, "match_id": match_id})
    if not rows:
        return None
    row = rows[0]
    return {
        "match_id": match_id, "server_id": row["server"], "map_name": row["map"], "gametype": row["game_type"],
        "started_at": row["started_at"], "ended_at": row["ended_at"], "winning_team": row["winner"],
        "allies_score": row["allies"], "axis_score": row["axis"], "kills": row["total_kills"],
        "player_count": row["player_count"],
        "players": [dict(zip(("guid", "name", "kills", "deaths"), one, strict=True)) for one in row["leaders"]],
    }  # fmt: skip


async def _record(store: ClickHouse, game: str, match_id: str) -> dict[str, Any] | None:
    """The record that fell in a match, if one did."""
    [row] = await store.rows("record_kills", {"game": game, "match_id": match_id})
    if row["value"] < RECORD_KILLS_MIN or not 0 < row["before"] < row["value"]:
        return None
    return {"stat": "kills_in_match", **row}
