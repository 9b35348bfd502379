"""Live matches and servers over HTTP, with the fields that the forum's pages read."""

from __future__ import annotations

from typing import Any

from cache.answers import PREFIX
from tests.live.conftest import Stage

PLAIN = {"Accept-Encoding": "identity"}


async def play(served: Any, stage: Stage) -> None:
    on = {"server_id": served.server_id, "gametype": "tdm"}
    teams = {"player_team": "allies", "target_team": "axis"}
    scores = {"allies_score": "7", "axis_score": "2"}
    await stage.played(
        stage.keeper(),
        [
            stage.event("match_start", 60, attributes={"maxclients": "24"}, **on),
            stage.kill("42", "7", 30, **teams, **on),
            stage.event("heartbeat", 5, amount=2.0, attributes=scores, **on),
        ],
    )


async def test_without_any_match_the_list_is_empty_and_not_null(live: tuple[Any, Stage]) -> None:
    served, _ = live
    for path in ("/api/v1/stats/live/matches", "/api/v1/live/matches"):
        answer = await served.get(path)
        assert (answer.status, answer.body) == (200, b"[]")


async def test_a_live_match_has_the_fields_of_the_protocol_and_of_the_forum(live: tuple[Any, Stage]) -> None:
    served, stage = live
    await play(served, stage)
    [match] = (await served.get("/api/v1/stats/live/matches")).json
    assert match["server_name"] == "test"
    assert (match["map_name"], match["gametype"], match["team_match"]) == ("dm/mohdm6", "tdm", True)
    assert (match["allies_score"], match["axis_score"]) == (7, 2)
    assert (match["player_count"], match["max_players"], match["round_number"]) == (2, 24, 0)
    assert match["started_at"].endswith("Z")


async def test_what_is_real_time_is_one_answer(live: tuple[Any, Stage]) -> None:
    served, stage = live
    await play(served, stage)
    now = (await served.get("/api/v1/stats/realtime", headers=PLAIN)).json
    assert (now["servers_online"], now["active_matches"], now["active_players"]) == (1, 1, 2)
    assert now["live_matches"] == (await served.get("/api/v1/stats/live/matches", headers=PLAIN)).json


async def test_a_board_is_found_by_uuid_and_by_wire_id(live: tuple[Any, Stage]) -> None:
    served, stage = live
    await play(served, stage)
    [match] = (await served.get("/api/v1/live/matches")).json
    for name in (match["match_id"], "match_1"):
        board = (await served.get(f"/api/v1/live/matches/{name}", headers=PLAIN)).json
        assert [(p["guid"], p["kills"], p["deaths"]) for p in board["players"]] == [("42", 1, 0), ("7", 0, 1)]
        assert board["kills"][0]["killer_name"] == "name of 42"
    assert (await served.get("/api/v1/live/matches/nobody")).status == 404


async def test_a_server_says_who_is_on_it(live: tuple[Any, Stage]) -> None:
    served, stage = live
    path = f"/api/v1/servers/{served.server_id}/live"
    before = (await served.get(path)).json
    assert (before["is_online"], before["players"], before["current_match"]) == (False, [], None)
    await play(served, stage)
    await _forget_answers(stage)
    after = (await served.get(path, headers=PLAIN)).json
    assert (after["is_online"], after["current_map"], after["player_count"]) == (True, "dm/mohdm6", 2)
    assert after["team_scores"] == {"allies": 7, "axis": 2}
    assert after["current_match"]["map_name"] == "dm/mohdm6"
    assert {"name", "team", "score", "kills", "deaths", "guid", "country"} <= set(after["players"][0])
    assert (await served.get("/api/v1/servers/unknown/live")).status == 404


async def _forget_answers(stage: Stage) -> None:
    async def delete(redis: Any) -> None:
        for key in await redis.keys(f"{PREFIX}:*"):
            await redis.delete(key)

    await stage.store._redis.ask("live", delete)


async def test_the_list_of_servers_shows_who_is_online(live: tuple[Any, Stage]) -> None:
    served, stage = live
    await play(served, stage)
    [server] = (await served.get("/api/v1/servers")).json
    assert (server["is_online"], server["current_players"], server["max_players"]) == (True, 2, 24)
    assert (server["current_map"], server["gametype"]) == ("dm/mohdm6", "tdm")


async def test_a_server_that_shut_down_is_offline_at_once(live: tuple[Any, Stage]) -> None:
    served, stage = live
    await play(served, stage)
    rows = [stage.event("server_shutdown", 1, server_id=served.server_id)]
    await stage.played(stage.keeper(), rows)
    assert not (await served.get(f"/api/v1/servers/{served.server_id}/live")).json["is_online"]
    assert (await served.get("/api/v1/live/matches")).json == []


async def test_a_player_is_where_the_last_event_put_them(live: tuple[Any, Stage]) -> None:
    served, stage = live
    assert (await served.get("/api/v1/live/players/7")).json["is_online"] is False
    await play(served, stage)
    where = (await served.get("/api/v1/live/players/42")).json
    assert (where["is_online"], where["server_name"]) == (True, "test")
    await stage.played(
        stage.keeper(), [stage.event("disconnect", 1, player_guid="42", server_id=served.server_id)]
    )
    await _forget_answers(stage)
    assert (await served.get("/api/v1/live/players/42")).json["is_online"] is False
    totals = (await served.get("/api/v1/live/totals")).json
    assert totals == {"servers_online": 1, "matches": 1, "players": 2}
