"""The rater on the real engines: what it stores is what the pure function says, whatever arrives when."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from clickhouse.client import ClickHouse
from postgres.pool import Postgres
from query.rankings import Page
from query.rater import FIRST, LATE, RATE_AFTER_S, REBUILD, REPLAY_EVERY_S, rate_due, rater_lock, replay, runs
from query.rating_boards import match_rating_changes, player_rating, rating_leaderboard
from query.ratings import MatchPlayer, RatedMatch, Rating, rate_all
from schema.answers.ratings import RatingEntry
from schema.columns import Row
from schema.match_ids import match_uuid
from tests.query.oracle import Event, bots, by_match, events_of, last, players_of, winner_of
from tests.query.rows import a_world, row, store, value

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
LATER = datetime(2026, 11, 30, tzinfo=UTC)


def recounted(events: Sequence[Event]) -> list[RatedMatch]:
    """What the rating of ended matches rests on, counted again from the events."""
    found = []
    for match_id, match in by_match(events).items():
        ends = [e["event_time"] for e in match if e["event_type"] in ("match_end", "game_end")]
        if not ends:
            continue
        players = []
        for guid in players_of(match):
            acted = [e["event_time"] for e in match if e["player_guid"] == guid]
            players.append(
                MatchPlayer(
                    guid=guid,
                    team=last(match, guid, "team"),
                    is_bot=guid in bots(match),
                    kills=sum(e["kill_kind"] == "kill" and e["player_guid"] == guid for e in match),
                    deaths=sum(
                        e["event_type"] in ("player_kill", "bot_killed") and e["target_guid"] == guid
                        for e in match
                    ),
                    played_s=(max(acted) - min(acted)) / 1000 if acted else 0.0,
                )
            )
        winner = winner_of(match)
        found.append(
            RatedMatch(
                match_id=match_id,
                ended_at=datetime.fromtimestamp(max(ends) / 1000, UTC),
                teams=match[0]["gametype"] != "ffa",
                winner=winner if winner in ("allies", "axis") else "",
                players=players,
            )
        )
    return found


async def stored(clickhouse: ClickHouse) -> list[tuple[object, ...]]:
    """(match, player, place, before, after) of the current run."""
    rows = await clickhouse.rows_of(
        "SELECT toString(match_id) AS match, player_guid, place, mu_before, sigma_before, mu_after, sigma_after "
        "FROM match_ratings FINAL WHERE run = (SELECT max(run) FROM rating_runs) "
        "ORDER BY ended_at, match, player_guid"
    )
    return [tuple(row.values()) for row in rows]


def expected(events: Sequence[Event]) -> list[tuple[object, ...]]:
    return [
        (match.match_id, change.guid, change.place, *change.before, *change.after)
        for match, changes in rate_all(recounted(events))
        for change in changes
    ]


async def test_what_is_stored_is_what_the_events_say_and_a_replay_says_the_same(
    clickhouse: ClickHouse,
) -> None:
    rows = a_world(11, 1500)
    await store(clickhouse, rows, "t")
    assert await rate_due(clickhouse, LATER) == len(recounted(events_of(rows)))
    live = await stored(clickhouse)
    assert live == expected(events_of(rows))
    assert len(live) > 20
    assert await rate_due(clickhouse, LATER) == 0
    await replay(clickhouse, REBUILD, LATER)
    assert await stored(clickhouse) == live
    assert [(run.run, run.reason) for run in await runs(clickhouse)] == [(2, REBUILD), (1, FIRST)]


async def test_matches_arriving_in_any_order_end_in_the_same_ratings_after_a_recorded_replay(
    clickhouse: ClickHouse,
) -> None:
    rows = a_world(12, 900)
    by_id: dict[object, list[Row]] = {}
    for one in rows:
        by_id.setdefault(value(one, "match_id"), []).append(one)
    order = list(by_id)
    random.Random(4).shuffle(order)
    now = LATER
    for number, match_id in enumerate(order):
        await store(clickhouse, by_id[match_id], f"t{number}")
        await rate_due(clickhouse, now)
    before = await runs(clickhouse)
    assert before[0].stale
    now += timedelta(seconds=REPLAY_EVERY_S)
    await rate_due(clickhouse, now)
    assert await stored(clickhouse) == expected(events_of(rows))
    [current, *_] = await runs(clickhouse)
    assert (current.reason, current.stale) == (LATE, 0)
    assert (current.from_match, current.from_time) == (before[0].stale_match, before[0].stale_time)


def a_match(number: int, winner: str = "allies") -> list[Row]:
    """Two against two for ten minutes, ended."""
    begin = AT + timedelta(hours=number)
    where = {
        "match_id": match_uuid(f"match_{number}", "server-1", ""), "gametype": "tdm", "match_wire_id": f"match_{number}",
    }  # fmt: skip
    teams = {"a": "allies", "b": "allies", "c": "axis", "d": "axis"}
    rows = [
        row("jump", begin + timedelta(minutes=minute), player_guid=guid, player_team=team, **where)
        for guid, team in teams.items()
        for minute in (0, 9)
    ]
    end = row("match_end", begin + timedelta(minutes=10), attributes={"winning_team": winner}, **where)
    return [*rows, end]


async def test_a_late_event_changes_no_rating_but_marks_it_until_the_replay(clickhouse: ClickHouse) -> None:
    await store(clickhouse, a_match(0) + a_match(1), "t")
    now = AT + timedelta(hours=2)
    await rate_due(clickhouse, now)
    rated = await stored(clickhouse)
    # The end that is later says another winner.
    late = row(
        "match_end", AT + timedelta(minutes=10, seconds=1), attributes={"winning_team": "axis"}, gametype="tdm",
        match_id=match_uuid("match_0", "server-1", ""), match_wire_id="match_0",
    )  # fmt: skip
    await store(clickhouse, [late], "u")
    await rate_due(clickhouse, now + timedelta(minutes=5))
    assert await stored(clickhouse) == rated
    board = await rating_leaderboard(clickhouse, matches_min=1)
    assert board.run
    assert (board.run.stale_matches, board.run.stale_from_match) == (
        1,
        str(match_uuid("match_0", "server-1", "")),
    )
    await rate_due(clickhouse, now + timedelta(seconds=REPLAY_EVERY_S))
    again = await stored(clickhouse)
    assert again != rated
    assert again == expected(events_of([*a_match(0), *a_match(1), late]))
    [current, *_] = await runs(clickhouse)
    assert (current.reason, current.from_match) == (LATE, str(match_uuid("match_0", "server-1", "")))


async def test_events_that_change_nothing_mark_nothing(clickhouse: ClickHouse) -> None:
    await store(clickhouse, a_match(0), "t")
    now = AT + timedelta(hours=2)
    await rate_due(clickhouse, now)
    more = row(
        "jump", AT + timedelta(minutes=5), player_guid="a", player_team="allies", gametype="tdm",
        match_id=match_uuid("match_0", "server-1", ""), match_wire_id="match_0",
    )  # fmt: skip
    await store(clickhouse, [more], "u")
    assert await rate_due(clickhouse, now + timedelta(minutes=1)) == 0
    assert not (await runs(clickhouse))[0].stale


async def test_a_match_is_rated_when_others_that_ended_before_can_be_known(clickhouse: ClickHouse) -> None:
    await store(clickhouse, a_match(0), "t")
    ended = AT + timedelta(minutes=10)
    assert await rate_due(clickhouse, ended + timedelta(seconds=RATE_AFTER_S - 1)) == 0
    assert await rate_due(clickhouse, ended + timedelta(seconds=RATE_AFTER_S + 1)) == 1


async def test_a_rater_that_died_between_two_tables_leaves_nothing_that_counts_twice(
    clickhouse: ClickHouse,
) -> None:
    await store(clickhouse, a_match(0), "t")
    await rate_due(clickhouse, LATER)
    whole = await stored(clickhouse)
    # As if it had died before it said which matches are rated.
    await clickhouse.command("TRUNCATE TABLE rated_matches")
    assert await rate_due(clickhouse, LATER + timedelta(seconds=1)) == 1
    assert await stored(clickhouse) == whole


async def test_the_board_ranks_by_mu_minus_three_sigma_and_pages_by_cursor(clickhouse: ClickHouse) -> None:
    await store(clickhouse, [one for number in range(3) for one in a_match(number)], "t")
    await rate_due(clickhouse, LATER)
    assert (await rating_leaderboard(clickhouse)).players == []
    whole = await rating_leaderboard(clickhouse, matches_min=3)
    assert [entry.guid for entry in whole.players] == ["a", "b", "c", "d"]
    ratings = [entry.skill.rating for entry in whole.players]
    assert ratings == sorted(ratings, reverse=True)
    assert ratings[0] > ratings[2]
    cursor: str | None = ""
    pages: list[RatingEntry] = []
    while cursor is not None:
        page = await rating_leaderboard(clickhouse, Page(limit=1, cursor=cursor), matches_min=3)
        pages += page.players
        cursor = page.next_cursor
    assert pages == whole.players
    around = await rating_leaderboard(clickhouse, Page(limit=3, around="b"), matches_min=3)
    assert [entry.guid for entry in around.players] == ["a", "b", "c"]


async def test_a_player_sees_his_rating_its_rank_and_its_history(clickhouse: ClickHouse) -> None:
    await store(clickhouse, [one for number in range(3) for one in a_match(number)], "t")
    await rate_due(clickhouse, LATER)
    shown = await player_rating(clickhouse, "c")
    assert (shown.rank, shown.total, shown.matches, len(shown.history)) == (3, 4, 3, 3)
    newest, middle, oldest = shown.history
    assert newest.after == shown.skill
    assert (newest.before, middle.before) == (middle.after, oldest.after)
    assert (oldest.before.rating, oldest.before.elo) == (0.0, 1000)
    nobody = await player_rating(clickhouse, "nobody")
    assert (nobody.rank, nobody.matches, nobody.skill.mu) == (None, 0, Rating().mu)
    changes = await match_rating_changes(clickhouse, newest.match_id, ["a", "c"])
    assert [(one.guid, one.place) for one in changes] == [("a", 1), ("c", 2)]


async def test_only_one_rater_works_at_a_time(postgres: Postgres) -> None:
    async with rater_lock(postgres) as first, rater_lock(postgres) as second:
        assert (first, second) == (True, False)
    async with rater_lock(postgres) as third:
        assert third
