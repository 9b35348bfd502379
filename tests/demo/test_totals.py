from __future__ import annotations

from typing import Any

import pytest

from statline.demo.events import MatchIds
from statline.demo.fleet import DemoOptions, DemoServer, Spelling
from statline.demo.run import Run
from statline.demo.totals import MatchTotals, match_uuid
from tests.demo.recount import read_form, read_json, recount

TEAM_GAME = MatchIds("match_1", "sess_1", "obj/obj_team2", "4", "")
FREE_FOR_ALL = MatchIds("match_1", "sess_1", "dm/mohdm6", "1", "")


def played(options: DemoOptions, spelling: Spelling) -> tuple[list[bytes], Run]:
    """The bodies of every match of one server, and the run that counted them."""
    run, bodies = Run(options), []
    for ids, requests in DemoServer(options, 0, spelling).matches():
        counted = run.begin(ids)
        for request in requests:
            bodies.append(request.body)
            run.acknowledge(counted, request, request.accepted)
    return bodies, run


def counts_of(player: dict[str, Any], like: dict[str, Any]) -> dict[str, Any]:
    return {name: player[name] for name in like}


@pytest.mark.parametrize("spelling", ["form", "json"])
@pytest.mark.parametrize("number", range(4))
def test_totals_equal_a_recount_of_the_bytes(number: int, spelling: Spelling) -> None:
    options = DemoOptions(seed=number, players=12, match_s=300.0)
    server = DemoServer(options, number, spelling)
    (ids, requests), run = next(server.matches()), Run(options)
    counted, bodies = run.begin(ids), []
    for request in requests:
        bodies.append(request.body)
        run.acknowledge(counted, request, request.accepted)
    events = read_form(bodies) if spelling == "form" else read_json(bodies)
    again = recount(events, team_game=ids.gametype != "1")
    expected = run.expected("")["players"]
    for guid, counts in again.items():
        assert counts_of(expected[guid], counts) == counts, guid
    assert sum(counts.get("deaths", 0) for counts in again.values()) == run.totals()["deaths"]


def test_a_match_holds_what_matches_hold() -> None:
    _, run = played(DemoOptions(seed=3, players=16, bots=3, matches=4), "json")
    totals = run.totals()
    for name in ("kills", "headshots", "suicides", "teamkills", "world_deaths", "bot_kills"):
        assert totals[name] > 0, name
    assert totals["shots_hit"] < totals["shots_fired"]
    types = {name for counted in run.counted for name in counted.totals.event_types}
    assert {
        "player_auth",
        "client_userinfo_changed",
        "round_end",
        "team_win",
        "objective_update",
        "chat",
    } <= types


def test_free_for_all_has_no_team_kills_though_team_words_are_equal() -> None:
    totals = MatchTotals(FREE_FOR_ALL)
    kill = {"attacker_guid": "1", "attacker_team": "american", "victim_guid": "2", "victim_team": "american"}
    totals.add("player_kill", kill)
    assert totals.totals()["kills"] == 1
    assert totals.totals()["teamkills"] == 0


def test_a_missing_team_falls_back_to_the_last_known_one() -> None:
    totals = MatchTotals(TEAM_GAME)
    totals.add("player_spawn", {"player_guid": "2", "player_team": "german"})
    totals.add("player_kill", {"attacker_guid": "1", "attacker_team": "axis", "victim_guid": "2"})
    assert totals.totals()["teamkills"] == 1


def test_world_is_an_attacker_nobody_gets_a_kill_for() -> None:
    totals = MatchTotals(TEAM_GAME)
    totals.add("player_kill", {"attacker_guid": "world", "victim_guid": "2", "weapon": "falling"})
    assert (totals.totals()["world_deaths"], totals.totals()["kills_wire"]) == (1, 0)


def test_a_kill_without_a_weapon_is_counted_as_unknown() -> None:
    totals = MatchTotals(FREE_FOR_ALL)
    totals.add("player_kill", {"attacker_guid": "1", "victim_guid": "2", "hitloc": "helmet"})
    player = totals.as_json("", 1)["players"]["1"]
    assert (player["weapon_kills"], player["weapon_headshots"]) == ({"unknown": 1}, {"unknown": 1})


def test_match_uuid_is_the_specs_example() -> None:
    assert match_uuid("match_9c41d7b2e60fa358") == "76e0069f-d5ae-30f0-b56a-e55c35144934"


def test_several_matches_are_expected_each_and_summed() -> None:
    _, run = played(DemoOptions(seed=1, players=6, matches=2, match_s=120.0), "json")
    expected = run.expected("demo")
    assert len(expected["matches"]) == 2
    kills = [match["totals"]["kills"] for match in expected["matches"]]
    assert expected["totals"]["kills"] == sum(kills)
