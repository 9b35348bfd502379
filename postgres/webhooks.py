"""Webhooks: who is told of what, with which secret, and what each was told."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg

from postgres.errors import WebhookRefused
from postgres.pool import Postgres, query_text

FORMS: Final = ("discord", "signed")
EVENTS: Final = ("match_end", "record")
WEBHOOKS_MAX: Final = 100
"""Each is told of each match: more would be a mailing list."""

SECRET_PREFIX: Final = "slw_"  # noqa: S105 - the recognizable part, not the secret


@dataclass(frozen=True)
class Webhook:
    """One registered webhook. Neither its address nor its secret shows in logs or messages."""

    id: UUID
    name: str
    form: str
    url: str
    secret: str
    events: tuple[str, ...]
    created_at: datetime
    delivered: int
    refused: int

    @property
    def place(self) -> str:
        """The address without what may be secret in it."""
        return place_of(self.url)

    def __repr__(self) -> str:
        return f"Webhook(name={self.name!r}, form={self.form!r}, place={self.place!r})"


def place_of(url: str) -> str:
    """Scheme and host of an address: of Discord's the path is the password."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}/…"


async def add(store: Postgres, name: str, form: str, url: str, events: tuple[str, ...]) -> str:
    """Register a webhook; returns its secret, shown only now (empty for Discord). Raises WebhookRefused."""
    if form not in FORMS:
        raise WebhookRefused(f"the form is one of {', '.join(FORMS)}")
    if not events or set(events) - set(EVENTS):
        raise WebhookRefused(f"events are some of {', '.join(EVENTS)}")
    if len(await listed(store)) >= WEBHOOKS_MAX:
        raise WebhookRefused(f"there are {WEBHOOKS_MAX} webhooks already")
    secret = SECRET_PREFIX + secrets.token_urlsafe(32) if form == "signed" else ""
    try:
        await store.fetchrow("webhook_add", name, form, url, secret, list(dict.fromkeys(events)))
    except asyncpg.UniqueViolationError:
        raise WebhookRefused(f"there is a webhook {name!r} already") from None
    except asyncpg.CheckViolationError:
        raise WebhookRefused(
            "a name is 1 to 32 of a-z, 0-9, _ and - and begins with a letter; an address has at most 2000 characters"
        ) from None
    return secret


async def listed(store: Postgres) -> list[Webhook]:
    """Every webhook, by name."""
    return [_webhook(row) for row in await store.fetch("webhook_list")]


async def find(store: Postgres, name: str) -> Webhook:
    """The webhook of this name. Raises WebhookRefused."""
    for webhook in await listed(store):
        if webhook.name == name:
            return webhook
    raise WebhookRefused(f"there is no webhook {name!r}")


async def remove(store: Postgres, name: str) -> None:
    """Forget a webhook. Raises WebhookRefused when there is none of this name."""
    if await store.fetchrow("webhook_remove", name) is None:
        raise WebhookRefused(f"there is no webhook {name!r}")


async def claim(connection: Any, webhook_id: UUID, event: str, subject: str) -> bool:
    """Note, in the connection's transaction, that a webhook is to be told; False when it was noted before."""
    row = await connection.fetchrow(query_text("webhook_claim"), webhook_id, event, subject)
    return row is not None


async def done(store: Postgres, webhook_id: UUID, event: str, subject: str, refused: str = "") -> None:
    """Note that the other side took it, or why it never will."""
    await store.execute("webhook_done", webhook_id, event, subject, refused)


async def forget_old(store: Postgres) -> None:
    """Drop what was told a month ago."""
    await store.execute("webhook_forget")


def _webhook(row: asyncpg.Record) -> Webhook:
    values = dict(row)
    return Webhook(**{**values, "events": tuple(values["events"])})
