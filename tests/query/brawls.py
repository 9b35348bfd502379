"""Matches in which every sequence happens, and worlds whose matches are settled."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from clickhouse.client import ClickHouse
from jobs.sequences import SEQUENCES
from jobs.settings import JobsSettings
from jobs.settling import Settling
from schema.columns import Row
from tests.query.oracle import Event, events_of
from tests.query.rows import a_world, kill, row, store

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
LATER = datetime(2026, 11, 25, tzinfo=UTC)


async def settled(clickhouse: ClickHouse, rows: list[Row], batch: int = 700) -> list[Event]:
    for start in range(0, len(rows), batch):
        await store(clickhouse, rows[start : start + batch], f"batch-{start}")
    await Settling(clickhouse, JobsSettings(), [SEQUENCES], lambda: LATER).run()
    return events_of(rows)


def a_brawl(seed: int) -> list[Row]:
    """Matches of many kills within seconds, with rounds and teams, so that every sequence happens."""
    chance = random.Random(seed)
    rows = a_world(seed, 300)
    for n in range(3):
        began = AT + timedelta(hours=n)
        where: dict[str, Any] = {
            "match_id": UUID(int=100 + n),
            "gametype": ("tdm", "obj", "ffa")[n],
            "map_name": "dm/mohdm6",
        }
        teams = {str(g): ("allies", "axis")[g % 2] for g in range(6)}
        at_ms = 0
        for _ in range(250):
            at_ms += chance.choice((0, 1, 300, 1500, 4000, 4001, 9000))
            at = began + timedelta(milliseconds=at_ms)
            what = chance.random()
            if n == 1 and what < 0.05:
                rows.append(row("round_start", at, **where))
            elif what < 0.15:
                who = chance.choice(list(teams))
                rows.append(row("player_spawn", at, player_guid=who, player_team=teams[who], **where))
            else:
                a, b = chance.choice(list(teams)), chance.choice(list(teams))
                kind = "suicide" if a == b else "team_kill" if teams[a] == teams[b] and n < 2 else "kill"
                rows.append(
                    kill(at, a, b, kill_kind=kind, player_team=teams[a], target_team=teams[b], mod=chance.choice(("gib", "bullet")),
                         distance_units=chance.choice((0.0, 1968.0, 1969.0)), **where)
                )  # fmt: skip
    return rows
