"""`statline servers`: the registry of game servers, from the command line, beside a running statline or without."""

from __future__ import annotations

import json
from typing import Any

from postgres import servers
from postgres.servers import NewKey, Server
from statline.migrations import migrate_postgres
from statline.settings import Settings
from statline.stores import opened_postgres


async def add(settings: Settings, name: str, form: str, facts: dict[str, Any]) -> str:
    """Register a server; the text to print holds its key, which is shown nowhere else."""
    async with opened_postgres(settings) as store:
        await migrate_postgres(store)
        return _new_key(await servers.add(store, name, **facts), form, f"server {name!r} added")


async def rotate(settings: Settings, server: str, grace_s: float, form: str) -> str:
    """Replace a server's key."""
    async with opened_postgres(settings) as store:
        await migrate_postgres(store)
        key = await servers.rotate(store, server, grace_s)
    until = (
        f"; the old key stays valid for {grace_s:g} s" if grace_s else "; the old key is refused from now on"
    )
    return _new_key(key, form, f"new key for server {server!r}{until}")


async def revoke(settings: Settings, server: str) -> str:
    """Refuse a server from now on."""
    async with opened_postgres(settings) as store:
        await migrate_postgres(store)
        server_id = await servers.revoke(store, server)
    return f"server {server_id} is revoked; what it sent stays"


async def listed(settings: Settings, form: str) -> str:
    """Every registered server."""
    async with opened_postgres(settings) as store:
        await migrate_postgres(store)
        found = await servers.listed(store)
    if form == "json":
        return json.dumps([_as_json(server) for server in found], indent=2)
    if not found:
        return "no server is registered yet: statline servers add NAME"
    width = max(len(server.name) for server in found)
    return "\n".join(f"{server.id}  {server.name:<{width}}  {_state(server)}" for server in found)


def _new_key(key: NewKey, form: str, said: str) -> str:
    if form == "json":
        return json.dumps({"server_id": key.server_id, "token": key.token})
    return f"{said}\nserver_id  {key.server_id}\ntoken      {key.token}\nThe token is shown only now."


def _as_json(server: Server) -> dict[str, Any]:
    times = ("created_at", "rotated_at", "revoked_at", "previous_valid_until")
    fields = dict(vars(server))
    return {**fields, **{name: fields[name] and fields[name].isoformat() for name in times}}


def _state(server: Server) -> str:
    if server.revoked_at is not None:
        return f"revoked {server.revoked_at:%Y-%m-%d %H:%M} UTC"
    return f"active since {server.created_at:%Y-%m-%d %H:%M} UTC"
