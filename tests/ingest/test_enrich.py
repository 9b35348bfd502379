"""The counting rules R1-R7, the time rule and the context rules of the spec, one sentence each."""

from __future__ import annotations

import hashlib

import pytest

from ingest.context import (
    IDLE_MAX_MS,
    MATCHES_PER_SESSION_MAX,
    PLAYERS_PER_SESSION_MAX,
    SESSIONS_MAX,
    Context,
)
from ingest.enrich import Enricher
from schema.columns import Row
from tests.ingest.rows import kill, row, value

NOW = 1_800_000_000_000


@pytest.fixture
def enricher() -> Enricher:
    return Enricher(Context())


def filled(enricher: Enricher, *rows: Row, server_id: str = "server", now: int = NOW) -> list[Row]:
    enricher.fill(rows, server_id, now)
    return list(rows)


def kinds(enricher: Enricher, *rows: Row) -> list[str]:
    return [value(made, "kill_kind") for made in filled(enricher, *rows)]


def test_kills_are_told_apart(enricher: Enricher) -> None:
    assert kinds(
        enricher,
        kill("1", "2"),
        kill("1", "1"),
        kill("", "2"),
        kill("world", "2"),
        row("bot_killed", player_guid="1", target_guid="3"),
        row("bot_killed", target_guid="3"),
        row("damage", player_guid="1", target_guid="2"),
        row("player_suicide", player_guid="1"),
        row("player_teamkill", player_guid="1", target_guid="2"),
    ) == ["kill", "suicide", "world", "world", "bot", "world", "", "", ""]


@pytest.mark.parametrize("gametype", ["tdm", "round", "obj", "tow", "lib"])
def test_equal_teams_are_a_team_kill_in_a_team_game(enricher: Enricher, gametype: str) -> None:
    same = kill("1", "2", gametype=gametype, player_team="axis", target_team="axis")
    other = kill("1", "2", gametype=gametype, player_team="axis", target_team="allies")
    neither = kill("1", "2", gametype=gametype, player_team="freeforall", target_team="freeforall")
    assert kinds(enricher, same, other, neither) == ["team_kill", "kill", "kill"]


@pytest.mark.parametrize("gametype", ["ffa", ""])
def test_equal_teams_mean_nothing_in_a_free_for_all(enricher: Enricher, gametype: str) -> None:
    assert kinds(enricher, kill("1", "2", gametype=gametype, player_team="allies", target_team="allies")) == [
        "kill"
    ]


def test_the_gametype_comes_from_the_match_when_the_kill_has_none(enricher: Enricher) -> None:
    filled(enricher, row("match_start", gametype="tdm", map_name="dm/mohdm6"))
    made = kill("1", "2", player_team="axis", target_team="axis")
    assert kinds(enricher, made) == ["team_kill"]
    assert value(made, "map_name") == "dm/mohdm6"


def test_the_gametype_comes_from_the_map_name_before_it_comes_from_an_older_session(
    enricher: Enricher,
) -> None:
    filled(enricher, row("match_start", gametype="tdm", map_name="obj/obj_team1"))
    new = kill(
        "1", "2", session_id="s2", match_wire_id="m2", map_name="dm/mohdm6",
        player_team="axis", target_team="axis",
    )  # fmt: skip
    assert kinds(enricher, new) == ["kill"]
    assert value(new, "gametype") == "ffa"


def test_a_missing_team_is_the_last_known_one(enricher: Enricher) -> None:
    filled(
        enricher,
        row("match_start", gametype="obj"),
        row("team_join", player_guid="1", player_team="spectator", attributes={"new_team": "axis"}),
        row("player_spawn", player_guid="2", player_team="axis"),
    )
    made = kill("1", "2")
    assert kinds(enricher, made) == ["team_kill"]
    assert (value(made, "player_team"), value(made, "target_team")) == ("axis", "axis")


def test_the_last_known_team_ends_with_the_disconnect_of_the_slot(enricher: Enricher) -> None:
    filled(
        enricher,
        row("match_start", gametype="obj"),
        row("player_spawn", player_guid="unauth_1", player_team="axis"),
        row("disconnect", player_guid="unauth_1"),
    )
    assert kinds(enricher, kill("unauth_1", "2", target_team="axis")) == ["kill"]


def test_a_kill_without_weapon_counts_for_unknown_and_other_events_stay_empty(enricher: Enricher) -> None:
    without, shot, named = filled(
        enricher, kill("1", "2"), row("weapon_fire", player_guid="9"), kill("1", "2", weapon="BAR")
    )
    assert [value(made, "weapon") for made in (without, shot, named)] == ["unknown", "", "BAR"]


def test_a_hit_gets_the_weapon_in_hand(enricher: Enricher) -> None:
    hits = [row("weapon_hit", player_guid="1", target_guid="2") for _ in range(3)]
    hits.append(row("weapon_hit", player_guid="1", target_guid="2", weapon="BAR"))
    filled(
        enricher,
        hits[0],
        row("weapon_change", player_guid="1", weapon="Thompson"),
        hits[1],
        row("weapon_fire", player_guid="1", weapon="MP40"),
        hits[2],
        hits[3],
    )
    assert [value(made, "weapon") for made in hits] == ["", "Thompson", "MP40", "BAR"]


def test_distance_is_computed_from_two_known_positions(enricher: Enricher) -> None:
    here = {"player_x": 100.0, "player_y": 200.0, "player_z": 50.0}
    there = {"target_x": 400.0, "target_y": 600.0, "target_z": 50.0}
    near, half = filled(enricher, kill("1", "2", **here, **there), kill("1", "2", **here))
    assert (value(near, "distance_units"), value(half, "distance_units")) == (500.0, 0.0)


def test_unauthenticated_guids_are_scoped_by_server_and_session(enricher: Enricher) -> None:
    made = filled(enricher, kill("unauth_3", "57"))[0]
    scope = hashlib.sha256(b"server/s1").hexdigest()[:8]
    assert (value(made, "player_guid"), value(made, "target_guid")) == (f"unauth_3@{scope}", "57")
    sessionless = filled(enricher, kill("57", "unauth_3", session_id=""))[0]
    assert value(sessionless, "target_guid") == f"unauth_3@{hashlib.sha256(b'server/m1').hexdigest()[:8]}"


def test_nobody_can_claim_a_scope_of_another_session(enricher: Enricher) -> None:
    scope = hashlib.sha256(b"server/s1").hexdigest()[:8]
    made = filled(enricher, kill(f"unauth_3@{scope}", "57"), server_id="other")[0]
    assert value(made, "player_guid") != f"unauth_3@{scope}"
    assert value(made, "player_guid").startswith(f"unauth_3@{scope}@")


def test_bots_are_flagged_from_their_first_bot_event_until_they_leave(enricher: Enricher) -> None:
    made = filled(
        enricher,
        row("jump", player_guid="unauth_9"),
        row("bot_spawn", player_guid="unauth_9"),
        kill("unauth_9", "1"),
        kill("1", "unauth_9"),
        row("disconnect", player_guid="unauth_9"),
        row("connect", player_guid="unauth_9"),
        row("bot_killed", player_guid="1", target_guid="unauth_7"),
    )
    assert [value(event, "player_is_bot") for event in made] == [False, True, True, False, True, False, False]
    assert [value(event, "target_is_bot") for event in made] == [
        False,
        False,
        False,
        True,
        False,
        False,
        True,
    ]


def test_game_time_is_anchored_to_the_receive_time_of_its_report(enricher: Enricher) -> None:
    early, late = row("jump", game_time=30.25), row("jump", game_time=31.0)
    other = row("jump", game_time=500.0, match_wire_id="m2")
    filled(enricher, late, early, other)
    assert [value(made, "event_time") - NOW for made in (early, late, other)] == [-750, 0, 0]
    assert value(early, "time_source") == "game"


def test_unix_time_stands_unless_it_lies_more_than_a_day_ahead(enricher: Enricher) -> None:
    past, ahead, absurd = (
        row("jump", event_time=ms) for ms in (1_577_836_800_000, NOW + 3_600_000, NOW + 90_000_000)
    )
    none = row("jump")
    filled(enricher, past, ahead, absurd, none)
    assert [value(m, "event_time") for m in (past, ahead, absurd, none)] == [
        1_577_836_800_000, NOW + 3_600_000, NOW, NOW,
    ]  # fmt: skip
    assert [value(m, "time_source") for m in (past, absurd, none)] == ["unix", "received", "received"]


def test_game_times_that_are_days_apart_do_not_move_events_into_the_past(enricher: Enricher) -> None:
    first = row("jump", game_time=1.0)
    filled(enricher, first, row("jump", game_time=1e9))
    assert (value(first, "event_time"), value(first, "time_source")) == (NOW, "received")


def test_no_match_is_one_match_for_each_session_of_a_server(enricher: Enricher) -> None:
    def no_match(server_id: str, session_id: str) -> object:
        made = row("jump", match_wire_id="no_match", session_id=session_id)
        return value(filled(enricher, made, server_id=server_id)[0], "match_id")

    assert no_match("a", "s1") == no_match("a", "s1")
    assert len({no_match("a", "s1"), no_match("a", "s2"), no_match("b", "s1")}) == 3


def test_a_wire_match_id_has_the_uuid_of_the_spec(enricher: Enricher) -> None:
    made = filled(enricher, row("jump", match_wire_id="match_9c41d7b2e60fa358"))[0]
    assert str(value(made, "match_id")) == "76e0069f-d5ae-30f0-b56a-e55c35144934"


def test_the_context_survives_the_checkpoint(enricher: Enricher) -> None:
    filled(
        enricher,
        row("match_start", gametype="tdm", map_name="dm/mohdm6"),
        row("player_spawn", player_guid="unauth_1", player_team="axis"),
        row("weapon_change", player_guid="unauth_1", weapon="BAR"),
    )
    again = Enricher(Context.decode(enricher.context.encode()))
    hit = filled(again, row("weapon_hit", player_guid="unauth_1"))[0]
    assert [value(hit, name) for name in ("weapon", "player_team", "map_name", "gametype")] == [
        "BAR", "axis", "dm/mohdm6", "tdm",
    ]  # fmt: skip


def test_the_context_is_bounded_and_forgets_what_is_idle(enricher: Enricher) -> None:
    for number in range(MATCHES_PER_SESSION_MAX + 10):
        filled(enricher, row("jump", match_wire_id=f"m{number}", player_guid="1"))
    for number in range(PLAYERS_PER_SESSION_MAX + 10):
        filled(enricher, row("jump", player_guid=f"p{number}"))
    for number in range(SESSIONS_MAX + 10):
        filled(enricher, row("jump", session_id=f"x{number}"), now=NOW + number)
    context = enricher.context
    session = context.session("server", "s1", "m1")
    assert len(session.matches) == MATCHES_PER_SESSION_MAX
    assert len(session.players) == PLAYERS_PER_SESSION_MAX
    context.forget_idle(NOW + 1)
    assert len(context.servers["server"].sessions) == SESSIONS_MAX
    context.forget_idle(NOW + IDLE_MAX_MS + SESSIONS_MAX)
    assert len(context.servers["server"].sessions) <= 11
