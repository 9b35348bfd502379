"""What a developer would write in an afternoon: FastAPI, Pydantic, a list flushed every 1000 rows.

The same engine, tables and views as statline. Nothing is durable: a 202 means that the event is in a list. No
duplicate check, no match context; a failed insert loses its rows. Runs in a virtual environment of its own
(bench/peer.py makes it): `uvicorn bench.peers.afternoon:app`.
"""

from __future__ import annotations

import asyncio
import math
import os
import uuid
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import clickhouse_connect
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, TypeAdapter

FLUSH_ROWS = 1000
TOKEN = os.environ["AFTERNOON_TOKEN"]
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "matches")


class Event(BaseModel):
    """One event; unknown fields are kept."""

    model_config = ConfigDict(extra="allow")

    type: str
    match_id: str = ""
    session_id: str = ""
    timestamp: float = 0.0
    map_name: str = ""
    gametype: str = ""
    weapon: str = ""
    hitloc: str = ""
    mod: str = ""
    damage: float = 0.0
    walked: float = 0.0
    sprinted: float = 0.0
    swam: float = 0.0
    driven: float = 0.0
    player_guid: str = ""
    player_name: str = ""
    player_team: str = ""
    player_x: float = 0.0
    player_y: float = 0.0
    player_z: float = 0.0
    attacker_guid: str = ""
    attacker_name: str = ""
    attacker_team: str = ""
    attacker_x: float = 0.0
    attacker_y: float = 0.0
    attacker_z: float = 0.0
    victim_guid: str = ""
    victim_name: str = ""
    victim_team: str = ""
    victim_x: float = 0.0
    victim_y: float = 0.0
    victim_z: float = 0.0


COLUMNS = (
    "game", "event_type", "event_name", "event_time", "received_at", "game_time", "server_id", "match_id", "match_wire_id",
    "session_id", "map_name", "gametype", "weapon", "hitloc", "mod", "damage", "walked", "sprinted", "swam", "driven",
    "kill_kind", "distance_units", "player_guid", "player_name", "player_team", "player_x", "player_y", "player_z",
    "target_guid", "target_name", "target_team", "target_x", "target_y", "target_z", "attributes", "raw",
)  # fmt: skip
KINDS = {"kill": "player_kill"}

events_of = TypeAdapter(list[Event])
rows: list[list[Any]] = []
app = FastAPI()


@app.on_event("startup")
async def connect() -> None:
    """One client for all inserts."""
    app.state.clickhouse = await clickhouse_connect.get_async_client(
        dsn=os.environ["AFTERNOON_CLICKHOUSE"], database="statline"
    )


@app.post("/api/v1/ingest/events")
async def ingest(request: Request) -> JSONResponse:
    """Validate, append, and insert when there are enough."""
    if request.headers.get("x-server-token") != TOKEN:
        raise HTTPException(401, "Invalid server token")
    body = await request.body()
    if body.startswith(b"["):
        events = events_of.validate_json(body)
    else:
        events = [
            Event(**dict(parse_qsl(line, keep_blank_values=True)))
            for line in body.decode().splitlines()
            if line
        ]
    now = datetime.now(UTC)
    rows.extend(row_of(event, now) for event in events)
    if len(rows) >= FLUSH_ROWS:
        batch = rows[:]
        rows.clear()
        asyncio.create_task(flush(batch))  # noqa: RUF006 - as one writes it in an afternoon
    return JSONResponse({"processed": len(events), "status": "accepted"}, 202)


async def flush(batch: list[list[Any]]) -> None:
    """Insert one batch."""
    await app.state.clickhouse.insert("raw_events", batch, column_names=COLUMNS)


def row_of(event: Event, now: datetime) -> list[Any]:
    """The columns of an event, attacker or player as the actor."""
    who = "attacker" if event.attacker_guid else "player"
    actor = [getattr(event, f"{who}_{part}") for part in ("guid", "name", "team", "x", "y", "z")]
    victim = [getattr(event, f"victim_{part}") for part in ("guid", "name", "team", "x", "y", "z")]
    kind = KINDS.get(event.type, event.type)
    is_kill = kind == "player_kill"
    distance = math.dist(actor[3:], victim[3:]) if is_kill else 0.0
    attributes = {name: str(value) for name, value in (event.model_extra or {}).items()}
    return [
        "mohaa", kind, event.type, now, now, event.timestamp, "afternoon", uuid.uuid5(NAMESPACE, event.match_id),
        event.match_id, event.session_id, event.map_name, event.gametype, event.weapon, event.hitloc, event.mod,
        event.damage, event.walked, event.sprinted, event.swam, event.driven, "kill" if is_kill else "", distance,
        *actor, *victim, attributes, event.model_dump_json(),
    ]  # fmt: skip
