"""`statline webhooks`: who is told of matches and records, from the command line."""

from __future__ import annotations

import json

from live.outbound import AddressRefused, checked_url, resolved
from live.webhooks import NotDelivered, Webhooks, example
from postgres import webhooks
from postgres.errors import WebhookRefused
from statline.errors import CommandFailed
from statline.migrations import migrate_postgres
from statline.settings import Settings
from statline.stores import opened_postgres


async def add(
    settings: Settings, name: str, form: str, url: str, events: tuple[str, ...], format: str
) -> str:
    """Register a webhook; the text to print holds the secret of a signed one, which is shown nowhere else."""
    await _check_address(settings, url)
    async with opened_postgres(settings) as store:
        await migrate_postgres(store)
        try:
            secret = await webhooks.add(store, name, form, url, events)
        except WebhookRefused as error:
            raise CommandFailed(str(error)) from None
    if format == "json":
        return json.dumps({"name": name, "secret": secret})
    lines = [f"webhook {name!r} added"]
    if secret:
        lines += [f"secret  {secret}", "The secret is shown only now."]
    return "\n".join(lines)


async def listed(settings: Settings, format: str) -> str:
    """Every webhook; of its address only the host, of its secret nothing."""
    async with opened_postgres(settings) as store:
        await migrate_postgres(store)
        found = await webhooks.listed(store)
    rows = [
        {"name": one.name, "form": one.form, "place": one.place, "events": list(one.events),
         "delivered": one.delivered, "refused": one.refused}
        for one in found
    ]  # fmt: skip
    if format == "json":
        return json.dumps(rows)
    if not rows:
        return "no webhooks"
    return "\n".join(
        f"{one.name}  {one.form}  {one.place}  {','.join(one.events)}  delivered {one.delivered}, refused {one.refused}"
        for one in found
    )


async def remove(settings: Settings, name: str) -> str:
    """Forget a webhook."""
    async with opened_postgres(settings) as store:
        await migrate_postgres(store)
        try:
            await webhooks.remove(store, name)
        except WebhookRefused as error:
            raise CommandFailed(str(error)) from None
    return f"webhook {name!r} is removed"


async def test(settings: Settings, name: str) -> str:
    """Send a webhook an example of each of its events."""
    from clickhouse.client import ClickHouse
    from statline.stores import clickhouse_url

    async with opened_postgres(settings) as store:
        await migrate_postgres(store)
        clickhouse = ClickHouse(clickhouse_url(settings), settings.clickhouse.database, settings.clickhouse)
        try:
            webhook = await webhooks.find(store, name)
            sender = Webhooks(clickhouse, store, settings.webhooks)
            for event in webhook.events:
                if refused := await sender.send(webhook, event, example(event)):
                    raise CommandFailed(f"{event}: {refused}")
        except (WebhookRefused, NotDelivered) as error:
            raise CommandFailed(str(error)) from None
        finally:
            await clickhouse.close()
    return f"webhook {name!r} took {', '.join(webhook.events)}"


async def _check_address(settings: Settings, url: str) -> None:
    try:
        host, port = checked_url(url)
    except AddressRefused as error:
        raise CommandFailed(str(error)) from None
    try:
        await resolved(host, port, allow_private=settings.webhooks.allow_private_addresses)
    except AddressRefused as error:
        raise CommandFailed(str(error)) from None
    except OSError:
        raise CommandFailed(f"the host of the address is not known: {host}") from None
