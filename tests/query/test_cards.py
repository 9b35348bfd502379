from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from clickhouse.client import ClickHouse
from query.cards import KEYS, SAME, cards, formatter
from query.periods import period
from query.scope import EVERYTHING, Scope
from tests.query.conftest import Stored
from tests.query.oracle import Event, by_match, players_of
from tests.query.rows import kill, store
from tests.query.scoped import inside, matches_inside, stats_in

FROM_STATS = {
    "kd": "kd_ratio", "objectives_done": "objectives", "rounds_played": "rounds", "games_finished": "games",
    "bot_bully": "bot_kills",
}  # fmt: skip
FROM_ACTS = {
    "vehicle_enter": "vehicle_enter", "turret_enter": "turret_enter", "chat_msgs": "chat", "spectating": "player_spectate",
    "doors_opened": "door_open", "the_architect": "item_drop", "road_rage": "vehicle_crash",
}  # fmt: skip


def figure(key: str, events: list[Event], decided: list[Event], guid: str, stats: dict[str, float]) -> Any:
    """The figure of a card for one player, counted again."""
    acted = [e for e in events if e["player_guid"] == guid]
    kills = [e for e in acted if e["kill_kind"] == "kill"]
    shots, accuracy = stats["shots_fired"], stats["accuracy"]
    match SAME.get(key, key):
        case "headshot_ratio":
            return stats["headshots"] / stats["kills"] * 100 if stats["kills"] else 0
        case "stormtrooper":
            return shots if shots > 100 and accuracy < 15 else 0
        case "camper":
            return stats["kills"] if stats["kills"] > 5 and stats["distance"] * 0.0254 < 1000 else 0
        case "verticality":
            return stats["ladders"] + stats["jumps"]
        case "vehicle_kills":
            return sum(e["mod"] == "vehicle" for e in kills)
        case "swiss_army_knife":
            return len({e["weapon"] for e in kills})
        case "pacifist":
            theirs = [m for m in by_match(decided).values() if guid in players_of(m)]
            killed = any(e["kill_kind"] == "kill" and e["player_guid"] == guid for m in theirs for e in m)
            return 0 if killed else stats["games"]
        case shown if shown in FROM_ACTS:
            return sum(e["event_type"] == FROM_ACTS[shown] for e in acted)
        case shown:
            return stats[FROM_STATS.get(shown, shown)]


@pytest.mark.parametrize(
    "scope",
    [EVERYTHING, Scope(period=period("month", datetime(2026, 11, 2, tzinfo=UTC)), with_bots=True),
     Scope(map_name="obj/obj_team2"), Scope(gametype="ffa", server_id="server-1")],
    ids=["all", "month with bots", "map", "gametype and server"],
)  # fmt: skip
async def test_every_card_shows_the_three_best_as_a_recount_does(world: Stored, scope: Scope) -> None:
    answer = await cards(world.clickhouse, scope)
    counted, decided = inside(world.events, scope), matches_inside(world.events, scope)
    stats = stats_in(world.events, scope)
    assert set(answer) == KEYS
    for key in sorted(KEYS):
        if key == "swiss_army_knife" and not scope.by_days:
            assert answer[key] == []
            continue
        figures = {g: round(figure(key, counted, decided, g, stats[g]), 6) for g in stats}
        best = sorted((-value, guid) for guid, value in figures.items() if value > 0)[:3]
        got = answer[key]
        assert [card.value for card in got] == [formatter(key)(-value) for value, _ in best], key
        if len({value for value, _ in best}) == len(best):
            assert [card.player_id for card in got] == [guid for _, guid in best], key
    assert sum(bool(shown) for shown in answer.values()) > 50


def test_there_are_sixty_seven_cards() -> None:
    assert len(KEYS) == 67
    assert {"shots_fired", "crouch_time", "prone_time", "losses"} <= KEYS


@pytest.mark.parametrize(
    ("key", "value", "shown"),
    [("kd", 1.5, "1.50"), ("accuracy", 12.34, "12.3%"), ("headshot_ratio", 50.0, "50.0%"), ("marathon", 10_000.0, "254m"),
     ("kills", 7.0, "7"), ("damage", 12.6, "13")],
)  # fmt: skip
def test_values_are_shown_as_the_forum_knows_them(key: str, value: float, shown: str) -> None:
    assert formatter(key)(value) == shown


async def test_nobody_has_a_card_where_nothing_happened(clickhouse: ClickHouse) -> None:
    answer = await cards(clickhouse)
    assert set(answer) == KEYS
    assert not any(answer.values())


async def test_bots_have_no_cards_unless_asked_for_and_equal_ones_come_by_guid(
    clickhouse: ClickHouse,
) -> None:
    at = datetime(2026, 11, 20, 10, tzinfo=UTC)
    rows = [kill(at, guid, "victim") for guid in ("d", "b", "a", "c")]
    rows += [kill(at, "bot", "victim", player_is_bot=True) for _ in range(3)]
    await store(clickhouse, rows, "t")
    assert [card.player_id for card in (await cards(clickhouse))["kills"]] == ["a", "b", "c"]
    with_bots = (await cards(clickhouse, Scope(with_bots=True)))["kills"]
    assert (with_bots[0].player_id, with_bots[0].player_name) == ("bot", "name of bot")
