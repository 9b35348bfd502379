"""Boards are right whatever is lost, late, sent twice or done by several writers."""

from __future__ import annotations

import asyncio
import dataclasses

import pytest
from redis.asyncio import Redis

from cache.connection import connect
from cache.embedded import EmbeddedValkey
from cache.settings import RedisSettings
from clickhouse.client import ClickHouse
from live.boards import live_matches
from live.keeper import QUEUE_BATCHES_MAX, BoardKeeper
from live.store import LiveStore
from schema.columns import INDEX
from schema.match_ids import match_uuid
from tests.live.conftest import MATCH, SERVER, Stage


def kills_of(board: object) -> dict[str, tuple[int, int, int]]:
    """guid -> kills, deaths, streak."""
    return {p.guid: (p.kills, p.deaths, p.streak) for p in board.players}  # type: ignore[attr-defined]


async def test_a_match_is_followed_from_its_first_batch(stage: Stage) -> None:
    keeper = stage.keeper()
    await stage.played(
        keeper,
        [
            stage.event("match_start", 60, gametype="tdm", attributes={"maxclients": "16"}),
            stage.event("team_join", 58, player_guid="42", attributes={"new_team": "allies"}),
            stage.event("weapon_change", 57, player_guid="42", weapon="M1 Garand"),
            stage.kill(
                "42", "7", 50, player_team="allies", target_team="axis", hitloc="head", gametype="tdm"
            ),
        ],
    )
    await stage.played(
        keeper,
        [
            stage.kill("42", "7", 20, weapon="BAR", gametype="tdm"),
            stage.event(
                "heartbeat", 10, amount=5.0, round_number=2, gametype="tdm",
                attributes={"allies_score": "3", "axis_score": "1"},
            ),
        ],
    )  # fmt: skip
    board = await stage.board()
    match, best = board.match, board.players[0]
    assert (match.server_name, match.map_name, match.gametype) == ("The Bunker", "dm/mohdm6", "tdm")
    assert (match.allies_score, match.axis_score, match.round_number) == (3, 1, 2)
    assert (match.player_count, match.max_players, match.team_match, match.is_live) == (5, 16, True, True)
    assert (best.guid, best.name, best.team, best.weapon) == ("42", "name of 42", "allies", "BAR")
    assert (best.kills, best.deaths, best.headshots, best.streak) == (2, 0, 1, 2)
    assert [(kill.killer_guid, kill.victim_guid, kill.headshot) for kill in board.kills] == [
        ("42", "7", False),
        ("42", "7", True),
    ]
    assert [one.match_id for one in await live_matches(stage.store, stage.moment())] == [str(MATCH)]


async def test_a_batch_seen_twice_changes_nothing(stage: Stage) -> None:
    keeper = stage.keeper()
    await stage.played(keeper, [stage.event("match_start", 60)])
    rows = [stage.kill("1", "2", 9), stage.kill("1", "3", 8)]
    token = await stage.played(keeper, rows)
    before = await stage.board()
    keeper.offer(token, rows)
    await keeper.settle()
    assert await stage.board() == before
    assert kills_of(before)["1"] == (2, 0, 2)


async def test_two_writers_share_a_board(stage: Stage) -> None:
    """Two nodes behind a load balancer, each with a part of the match, replaying now and then."""
    first, second = stage.keeper(), stage.keeper()
    await stage.played(first, [stage.event("match_start", 60)], "node1-web")
    await second.settle()
    handed: list[tuple[BoardKeeper, str, list[list[object]]]] = []
    for n in range(12):
        rows = [stage.kill("1", "2", 50 - n)]
        keeper, stream = ((first, "node1-web"), (second, "node2-web"))[n % 2]
        handed.append((keeper, await stage.stored(rows, stream), rows))
    for keeper, token, rows in [*handed, *handed[4:]]:
        keeper.offer(token, rows)
        if len(keeper._queue) > 2:
            await asyncio.gather(first.settle(), second.settle())
    await asyncio.gather(first.settle(), second.settle())
    assert kills_of(await stage.board()) == {"1": (12, 0, 12), "2": (0, 12, 0)}


async def test_redis_flushed_in_a_match_and_the_board_comes_back(stage: Stage, redis: str) -> None:
    keeper = stage.keeper()
    await stage.played(keeper, [stage.event("match_start", 60)])
    await stage.played(keeper, [stage.kill("1", "2", 40), stage.kill("2", "1", 30)])
    client: Redis = Redis.from_url(redis)
    await client.flushall()
    await client.aclose()
    await stage.played(keeper, [stage.kill("1", "2", 5)])
    board = await stage.board()
    assert kills_of(board) == {"1": (2, 1, 1), "2": (1, 2, 0)}
    assert len(board.kills) == 3


async def test_a_writer_that_starts_finds_the_boards_that_were_lost(stage: Stage) -> None:
    await stage.stored([stage.event("match_start", 60), stage.kill("1", "2", 30)])
    await stage.keeper().settle()
    assert kills_of(await stage.board()) == {"1": (1, 0, 1), "2": (0, 1, 0)}


async def test_a_batch_that_a_rebuild_has_counted_is_not_counted_again(stage: Stage) -> None:
    keeper = stage.keeper()
    rows = [stage.kill("1", "2", 30)]
    token = await stage.stored(rows)
    await keeper.settle()
    keeper.offer(token, rows)
    await keeper.settle()
    assert kills_of(await stage.board())["1"] == (1, 0, 1)


async def test_batches_dropped_for_want_of_room_are_made_good(stage: Stage) -> None:
    keeper = stage.keeper()
    await stage.played(keeper, [stage.event("match_start", 60)])
    for n in range(QUEUE_BATCHES_MAX + 5):
        rows = [stage.kill("1", "2", 50 - n)]
        keeper.offer(await stage.stored(rows), rows)
    assert len(keeper._queue) == QUEUE_BATCHES_MAX
    await keeper.settle()
    assert kills_of(await stage.board())["1"][0] == QUEUE_BATCHES_MAX + 5


async def test_redis_away_loses_nothing_in_the_end(
    stage: Stage, clickhouse: ClickHouse, tmp_path: object, eventually: object
) -> None:
    valkey = EmbeddedValkey(tmp_path)  # type: ignore[arg-type]
    async with connect(valkey.url(), RedisSettings()) as connection:
        stage = dataclasses.replace(stage, store=LiveStore(connection, stage.settings))
        keeper = stage.keeper()
        working = asyncio.create_task(keeper.run())
        for n in range(QUEUE_BATCHES_MAX + 2):
            rows = [stage.kill("1", "2", 50 - n)]
            keeper.offer(await stage.stored(rows), rows)
            assert len(keeper._queue) <= QUEUE_BATCHES_MAX
        await asyncio.to_thread(valkey.start)

        async def all_there() -> bool:
            found = await live_matches(stage.store, stage.moment())
            return [match.kills for match in found] == [QUEUE_BATCHES_MAX + 2]

        try:
            await eventually(lambda: _quietly(all_there), within_s=60)  # type: ignore[operator]
        finally:
            working.cancel()
            await asyncio.to_thread(valkey.stop)


async def _quietly(condition: object) -> bool:
    from cache.errors import RedisUnavailable

    try:
        return bool(await condition())  # type: ignore[operator]
    except RedisUnavailable:
        return False


async def test_late_events_count_but_do_not_take_a_board_back(stage: Stage) -> None:
    keeper = stage.keeper()
    await stage.played(
        keeper,
        [
            stage.event("match_start", 300),
            stage.kill("1", "2", 20),
            stage.event("heartbeat", 15, amount=9.0, attributes={"allies_score": "5", "axis_score": "4"}),
            stage.kill("2", "1", 10),
        ],
    )
    await stage.played(
        keeper,
        [
            stage.event("heartbeat", 100, amount=2.0, attributes={"allies_score": "1", "axis_score": "1"}),
            stage.kill("1", "2", 90, weapon="BAR"),
            stage.event("match_start", 299, map_name="dm/old"),
        ],
    )
    board = await stage.board()
    assert (board.match.allies_score, board.match.player_count, board.match.map_name) == (5, 9, "dm/mohdm6")
    assert kills_of(board) == {"1": (2, 1, 0), "2": (1, 2, 1)}
    assert [(kill.killer_guid, kill.weapon) for kill in board.kills] == [("2", "Thompson"), ("1", "Thompson")]
    assert {p.guid: p.weapon for p in board.players}["1"] == "Thompson"


async def test_events_that_were_old_when_they_came_are_history(stage: Stage) -> None:
    keeper = stage.keeper()
    old = stage.kill("1", "2", 86_400)
    old[INDEX["received_at"]] = stage.now_ms
    await stage.played(keeper, [old])
    assert await live_matches(stage.store, stage.moment()) == []


async def test_a_match_ends_and_stays_over(stage: Stage) -> None:
    keeper = stage.keeper()
    await stage.played(keeper, [stage.event("match_start", 60), stage.kill("1", "2", 40)])
    end = {"winning_team": "axis", "allies_score": "1", "axis_score": "6"}
    await stage.played(keeper, [stage.event("match_end", 10, attributes=end)])
    await stage.played(keeper, [stage.kill("1", "2", 20), stage.event("match_start", 60)])
    board = await stage.board()
    assert (board.match.state, board.match.is_live, board.match.winning_team) == ("ended", False, "axis")
    assert (board.match.axis_score, board.match.kills) == (6, 2)
    assert await live_matches(stage.store, stage.moment()) == []


async def test_a_server_plays_the_match_with_the_newest_events(stage: Stage) -> None:
    """The next map began without a word about the end of the one before."""
    keeper = stage.keeper()
    following = match_uuid("match_2", SERVER, "")
    await stage.played(keeper, [stage.kill("1", "2", 40)])
    await stage.played(keeper, [stage.event("match_start", 20, match_id=following, map_name="dm/mohdm1")])
    await stage.played(keeper, [stage.kill("1", "2", 35)])
    assert [match.match_id for match in await live_matches(stage.store, stage.moment())] == [str(following)]
    assert not (await stage.board()).match.is_live


async def test_boards_of_a_server_and_players_of_a_board_are_bounded(stage: Stage) -> None:
    settings = dataclasses.replace(stage.settings, players_max=10, feed_max=5, boards_per_server_max=2)
    connection = stage.store._redis
    stage = dataclasses.replace(stage, settings=settings, store=LiveStore(connection, settings))
    keeper = stage.keeper()
    await stage.played(keeper, [stage.event("match_start", 100)])
    await stage.played(keeper, [stage.kill(f"k{n}", f"v{n}", 90 - n) for n in range(40)])
    board = await stage.board()
    assert len(board.players) == 10
    assert {player.guid for player in board.players} == {f"{who}{n}" for n in range(35, 40) for who in "kv"}
    assert len(board.kills) == 5
    for n in range(5):
        other = match_uuid(f"other_{n}", SERVER, "")
        await stage.played(keeper, [stage.event("match_start", 40 - n, match_id=other)])
    assert len(await stage.store.recent_matches(0, 100)) == 2


async def test_another_server_cannot_touch_a_board(stage: Stage) -> None:
    keeper = stage.keeper()
    await stage.played(keeper, [stage.event("match_start", 60), stage.kill("1", "2", 30)])
    await stage.played(keeper, [stage.kill("9", "1", 20, server_id="server-2", map_name="dm/hostile")])
    mixed = [stage.kill("1", "2", 15), stage.kill("9", "2", 10, server_id="server-2")]
    await stage.played(keeper, mixed)
    board = await stage.board()
    assert kills_of(board) == {"1": (2, 0, 2), "2": (0, 2, 0)}
    assert (board.match.map_name, board.match.server_id) == ("dm/mohdm6", SERVER)
    await stage.keeper().settle()
    assert kills_of(await stage.board()) == {"1": (2, 0, 2), "2": (0, 2, 0)}


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", '"}],"x":[{', "\x00\x07", "\u202eevil", "🎯" * 200, "^1red", "a" * 10_000, "\\u0000"]
)  # fmt: skip
async def test_hostile_names_stay_names(stage: Stage, name: str) -> None:
    keeper = stage.keeper()
    await stage.played(keeper, [stage.event("match_start", 60)])
    await stage.played(
        keeper,
        [stage.kill("1", "2", 5, player_name=name, weapon=name, map_name=name, hitloc=name, mod=name)],
    )
    board = await stage.board()
    assert board.kills[0].killer_name == board.players[0].name == board.match.map_name == name[:64]


async def test_hostile_numbers_change_no_other_field(stage: Stage) -> None:
    keeper = stage.keeper()
    odd = {"allies_score": "1e999", "axis_score": "nan", "maxclients": "-5", "x": "y" * 100_000}
    await stage.played(keeper, [stage.event("match_start", 60, attributes=odd)])
    await stage.played(keeper, [stage.event("heartbeat", 5, amount=1e300, attributes=odd)])
    match = (await stage.board()).match
    assert (match.allies_score, match.axis_score, match.max_players) == (0, 0, 20)
    assert match.player_count == 10_000


async def test_what_it_does_not_understand_never_reaches_the_writer(stage: Stage) -> None:
    keeper = stage.keeper()
    keeper.offer("no token of ours", [stage.kill("1", "2")])
    keeper.offer(stage.token(), [["too", "short"]])
    await keeper.settle()
    assert await live_matches(stage.store, stage.moment()) == []


async def test_time_alone_ends_a_match_and_takes_its_players_away(stage: Stage) -> None:
    keeper = stage.keeper()
    await stage.played(keeper, [stage.event("match_start", 60), stage.kill("1", "2", 1)])
    just_before, after = stage.settings.silent_max_s - 2, stage.settings.silent_max_s + 2
    assert len(await live_matches(stage.store, stage.moment(just_before))) == 1
    assert await live_matches(stage.store, stage.moment(after)) == []
    board = await stage.board(after_s=after)
    assert (board.match.player_count, [p.is_present for p in board.players]) == (0, [False, False])


def text_of(key: bytes | str) -> str:
    return key if isinstance(key, str) else key.decode()


async def test_everything_in_redis_expires(stage: Stage, redis: str) -> None:
    from live.store import MATCHES, PRESENT, WHEREABOUTS

    keeper = stage.keeper()
    await stage.played(keeper, [stage.event("match_start", 60), stage.kill("1", "2", 1)])
    client: Redis = Redis.from_url(redis)
    keys = {name: await client.ttl(name) for name in map(text_of, await client.keys("*"))}
    await client.aclose()
    # Three indexes of what has its own expiry: their entries go with the next batch of anybody.
    lasting = {key for key, ttl in keys.items() if ttl < 0}
    assert lasting == {MATCHES, PRESENT, WHEREABOUTS}
    stage.now_ms += 3_600_000
    await keeper.settle()
    await stage.store.heard({}, stage.now_ms)
    assert await stage.store.recent_matches(0, 10) == []
    assert await stage.store.present(0) == 0
    assert await stage.store.whereabouts("1") is None
