"""When matches are settled: over, quiet, endless; again for late events; never on less than before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from clickhouse.client import ClickHouse
from clickhouse.errors import ClickHouseError
from jobs.sequences import SEQUENCES
from jobs.settings import JobsSettings
from jobs.settling import OverMatch, Settling, Step, settle_everything
from tests.query.rows import kill, row, store

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class Clock:
    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


class Noted:
    """A step that notes what it was given."""

    def __init__(self) -> None:
        self.given: list[OverMatch] = []
        self.fails: set[str] = set()

    async def __call__(self, _: ClickHouse, matches: Sequence[OverMatch]) -> None:
        if any(match.server_id in self.fails for match in matches):
            raise ClickHouseError(1, "no")
        self.given += matches


def settling(clickhouse: ClickHouse, clock: Clock, *steps: Step) -> Settling:
    return Settling(clickhouse, JobsSettings(), [SEQUENCES, *steps], clock)


async def streak_of(clickhouse: ClickHouse, guid: str) -> list[int]:
    rows = await clickhouse.rows_of(
        "SELECT best_streak FROM match_sequences FINAL WHERE player_guid = {guid:String}", {"guid": guid}
    )
    return [row["best_streak"] for row in rows]


async def test_a_running_match_waits_until_it_ended_and_the_last_events_came(clickhouse: ClickHouse) -> None:
    clock, noted = Clock(AT + 60 * SECOND), Noted()
    job = settling(clickhouse, clock, Step("noted", noted))
    await store(clickhouse, [kill(AT, "1", "2"), kill(AT + SECOND, "1", "3")], "a")
    assert await job.run() == 0
    await store(clickhouse, [row("match_end", AT + 55 * SECOND)], "b")
    assert await job.run() == 0
    clock.at = AT + 71 * SECOND
    assert await job.run() == 1
    assert await job.run() == 0
    assert await streak_of(clickhouse, "1") == [2]
    [match] = noted.given
    assert (match.is_over, match.has_ended, match.is_again, match.raw_events) == (True, True, False, 3)


async def test_a_quiet_match_is_over(clickhouse: ClickHouse) -> None:
    clock = Clock(AT + timedelta(minutes=9))
    job = settling(clickhouse, clock)
    await store(clickhouse, [kill(AT, "1", "2")], "a")
    assert await job.run() == 0
    clock.at = AT + timedelta(minutes=11)
    assert await job.run() == 1


async def test_late_events_settle_it_again_and_nothing_counts_twice(clickhouse: ClickHouse) -> None:
    clock, noted = Clock(AT + timedelta(hours=1)), Noted()
    job = settling(clickhouse, clock, Step("noted", noted))
    await store(clickhouse, [kill(AT, "1", "2"), kill(AT + 2 * SECOND, "1", "2")], "a")
    await job.run()
    assert await streak_of(clickhouse, "1") == [2]
    await store(clickhouse, [kill(AT + SECOND, "2", "1")], "late")
    assert await job.run() == 0, "once a minute at most"
    clock.at += timedelta(minutes=2)
    assert await job.run() == 1
    assert await streak_of(clickhouse, "1") == [1]
    assert noted.given[-1].is_again
    [duels] = await clickhouse.rows_of(
        "SELECT count() AS n, uniqExact(player_guid, number) AS u FROM player_duels FINAL"
    )
    assert duels == {"n": 6, "u": 6}


async def test_settled_statistics_outlive_their_raw_events(clickhouse: ClickHouse) -> None:
    clock = Clock(AT + timedelta(hours=1))
    job = settling(clickhouse, clock)
    await store(clickhouse, [kill(AT, "1", "2"), kill(AT + SECOND, "1", "2")], "a")
    await job.run()
    await clickhouse.command("TRUNCATE TABLE raw_events")
    await store(clickhouse, [kill(AT + 2 * SECOND, "1", "2")], "late")
    clock.at += timedelta(hours=1)
    assert await job.run() == 0
    assert await streak_of(clickhouse, "1") == [2]
    clock.at += timedelta(hours=1)
    assert await job._due() == [], "recorded, so that it is not tried for ever"


async def test_two_workers_and_a_repetition_give_the_same_rows(clickhouse: ClickHouse) -> None:
    clock = Clock(AT + timedelta(hours=1))
    rows = [kill(AT + n * SECOND, "1" if n % 3 else "2", "2" if n % 3 else "1") for n in range(30)]
    await store(clickhouse, rows, "a")
    await settling(clickhouse, clock).run()
    before = await clickhouse.rows_of("SELECT * FROM match_sequences FINAL ORDER BY ALL")
    await clickhouse.command("TRUNCATE TABLE settled_matches")
    await settling(clickhouse, clock).run()
    assert await clickhouse.rows_of("SELECT * FROM match_sequences FINAL ORDER BY ALL") == before
    assert len(before) == 2


async def test_a_match_that_fails_holds_nobody_up(clickhouse: ClickHouse) -> None:
    clock, noted = Clock(AT + timedelta(hours=1)), Noted()
    noted.fails = {"bad"}
    job = settling(clickhouse, clock, Step("noted", noted))
    rows = [
        kill(AT + n * SECOND, "1", "2", server_id="bad" if n == 1 else "good", match_id=UUID(int=n + 1))
        for n in range(3)
    ]
    await store(clickhouse, rows, "a")
    assert await job.run() == 2
    assert [match.server_id for match in noted.given] == ["good", "good"]
    assert await job.run() == 0
    assert [match.server_id for match in await job._due()] == ["bad"]


async def test_an_endless_match_is_settled_while_it_runs(clickhouse: ClickHouse) -> None:
    clock, noted = Clock(AT + timedelta(hours=7)), Noted()
    job = settling(clickhouse, clock, Step("noted", noted))
    rows = [kill(AT + timedelta(hours=n), "1", "2") for n in range(8)]
    await store(clickhouse, rows, "a")
    assert await job.run() == 1
    assert not noted.given[0].is_over
    await store(clickhouse, [kill(AT + timedelta(hours=7, minutes=1), "1", "2")], "b")
    clock.at += timedelta(minutes=5)
    assert await job.run() == 0
    clock.at += timedelta(minutes=56)
    await store(clickhouse, [kill(clock.at, "1", "2")], "c")
    assert await job.run() == 1


async def test_everything_can_be_settled_again_but_for_what_has_lost_raw_events(
    clickhouse: ClickHouse,
) -> None:
    clock = Clock(AT + timedelta(hours=1))
    rows = [kill(AT + n * SECOND, "1", "2", match_id=UUID(int=n % 2 + 1)) for n in range(6)]
    await store(clickhouse, rows, "a")
    await settling(clickhouse, clock).run()
    before = await clickhouse.rows_of("SELECT * FROM match_sequences FINAL ORDER BY ALL")
    await clickhouse.command(
        "ALTER TABLE match_sequences UPDATE best_streak = 99 WHERE 1", {"mutations_sync": 2}
    )
    await clickhouse.command(
        "ALTER TABLE raw_events DELETE WHERE match_id = toUUID('00000000-0000-0000-0000-000000000001') "
        f"AND event_time > toDateTime64('{AT + SECOND:%Y-%m-%d %H:%M:%S}', 3, 'UTC')",
        {"mutations_sync": 2},
    )
    assert await settle_everything(clickhouse, [SEQUENCES]) == (1, 1)
    after = await clickhouse.rows_of("SELECT * FROM match_sequences FINAL ORDER BY ALL")
    streaks = {(row["player_guid"], row["match_id"].int): row["best_streak"] for row in after}
    assert (streaks["1", 1], streaks["1", 2]) == (99, 3)
    assert len(after) == len(before)
