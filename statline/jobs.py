"""Which background jobs there are: the list that the worker role runs, and the steps that settle a match."""

from __future__ import annotations

from datetime import UTC, datetime

from clickhouse.client import ClickHouse
from jobs.queue import Queued, Scheduled
from jobs.sequences import SEQUENCES
from jobs.settings import JobsSettings
from jobs.settling import Settling, Step
from live.webhooks import JOB, Webhooks
from postgres.pool import Postgres
from query.rater import rate_due, rater_lock
from query.standings import Renewal


def settling_steps(webhooks: Webhooks) -> list[Step]:
    """What is done with every match that is over, in this order. How to add one: jobs/settling.py."""
    return [SEQUENCES, Step("webhooks", webhooks.announce)]


def background_jobs(
    settings: JobsSettings, store: ClickHouse, postgres: Postgres, webhooks: Webhooks
) -> list[Scheduled | Queued]:
    """Every job of the worker role."""
    settling = Settling(store, settings, settling_steps(webhooks))

    async def settle_matches() -> None:
        await settling.run()

    async def rate_matches() -> None:
        async with rater_lock(postgres) as ours:
            if ours:
                await rate_due(store, datetime.now(UTC))

    renewal = Renewal(store)

    async def renew_standings() -> None:
        await renewal.run()

    return [
        Scheduled("settle_matches", f"* * * * * */{settings.settle_every_s}", settle_matches),
        Scheduled("rate_matches", "* * * * *", rate_matches),
        # It keeps its own pauses; a store that was away is asked again soon.
        Scheduled("renew_standings", "* * * * * */10", renew_standings),
        Queued(JOB, webhooks.deliver),
    ]
