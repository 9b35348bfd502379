"""Which background jobs there are: the list that the worker role runs, and the steps that settle a match."""

from __future__ import annotations

from clickhouse.client import ClickHouse
from jobs.queue import Queued, Scheduled
from jobs.sequences import SEQUENCES
from jobs.settings import JobsSettings
from jobs.settling import Settling, Step


def settling_steps() -> list[Step]:
    """What is done with every match that is over, in this order. How to add one: jobs/settling.py."""
    return [SEQUENCES]


def background_jobs(settings: JobsSettings, store: ClickHouse) -> list[Scheduled | Queued]:
    """Every job of the worker role."""
    settling = Settling(store, settings, settling_steps())

    async def settle_matches() -> None:
        await settling.run()

    return [Scheduled("settle_matches", f"* * * * * */{settings.settle_every_s}", settle_matches)]
