from __future__ import annotations

import json
from urllib.parse import parse_qsl

from statline.demo import wire
from statline.demo.events import Event, MatchIds
from statline.demo.fleet import DemoOptions, DemoServer

IDS = MatchIds("match_9c41d7b2e60fa358", "sess_53e89f0cd1cea438", "dm/mohdm6", "1", "server")

# Keys in order, as in spec/openmohaa-samples/match_dm.urlencoded; B is a block: name … stance.
FORM_BASE = "type match_id timestamp session_id map_name"
SHAPES = {
    "map_load_start": "map",
    "map_init": "gametype",
    "map_start": "",
    "match_start": "gametype timelimit fraglimit maxclients",
    "map_ready": "map gametype",
    "connect": "B:player",
    "client_begin": "B:player",
    "team_join": "B:player old_team new_team",
    "player_spawn": "B:player",
    "weapon_change": "B:player old_weapon new_weapon",
    "player_auth": "B:player smf_member_id smf_member_name",
    "distance": "B:player distance walked total_distance delta_distance",
    "jump": "B:player jump_height",
    "land": "B:player fall_height",
    "weapon_fire": "B:player weapon ammo_remaining",
    "weapon_hit": "B:player B:target hitloc",
    "damage": "B:victim B:attacker weapon damage mod hitloc",
    "accuracy_summary": "B:player fired hits",
    "heartbeat": "round_number allies_score axis_score player_count",
    "chat": "B:player message is_team",
    "door_open": "entity B:player",
    "item_pickup": "B:player item_name count",
    "health_pickup": "B:player count",
    "grenade_throw": "B:player projectile",
    "grenade_explode": "B:player projectile",
    "weapon_reload_done": "B:player weapon",
    "intermission_start": "map gametype",
    "match_end": "server_id duration winning_team allies_score axis_score total_rounds",
    "game_end": "",
    "disconnect": "B:player",
    "map_shutdown": "",
}
BLOCK = ("name", "guid", "smf_id", "team", "x", "y", "z", "pitch", "yaw", "stance")


def keys_of(shape: str, logged_in: set[str]) -> list[str]:
    keys = FORM_BASE.split()
    for word in shape.split():
        prefix = word.removeprefix("B:")
        skipped = () if prefix in logged_in else ("smf_id",)
        keys += [word] if prefix == word else [f"{prefix}_{part}" for part in BLOCK if part not in skipped]
    return keys


def events_of(match_s: float = 900.0) -> list[Event]:
    options = DemoOptions(seed=4, players=14, match_s=match_s)
    (_, requests) = next(DemoServer(options, 0).matches())
    return [event for request in requests for event in request.events]


def test_form_lines_have_the_samples_fields_in_the_samples_order() -> None:
    seen = set()
    for event in events_of():
        shape = SHAPES.get(event.type)
        if shape is None:
            continue
        seen.add(event.type)
        keys = [key for key, _ in parse_qsl(wire.form_line(event, IDS).decode(), keep_blank_values=True)]
        logged_in = {key.removesuffix("_smf_id") for key in keys if key.endswith("_smf_id")}
        assert keys == keys_of(shape, logged_in), event.type
    assert seen == set(SHAPES)


def test_a_kill_has_attacker_victim_and_blow_and_the_world_has_no_attacker() -> None:
    kills = [event for event in events_of() if event.type == "player_kill"]
    shapes = {tuple(key for key, _ in event.fields if not key.endswith("_smf_id")) for event in kills}
    blow = ("weapon", "damage", "hitloc", "mod")
    parts = [part for part in BLOCK if part != "smf_id"]
    victim = tuple(f"victim_{part}" for part in parts)
    assert shapes == {(*(f"attacker_{part}" for part in parts), *victim, *blow), (*victim, *blow)}


def test_json_quotes_what_the_script_casts_and_omits_the_map() -> None:
    event = Event("weapon_fire", 24233, [("player_x", "-234.669"), ("weapon", "M1 Garand")])
    assert json.loads(wire.json_body([event], IDS)) == [
        {
            "type": "weapon_fire",
            "match_id": "match_9c41d7b2e60fa358",
            "session_id": "sess_53e89f0cd1cea438",
            "timestamp": "24.233",
            "player_x": "-234.669",
            "weapon": "M1 Garand",
        }
    ]


def test_json_keeps_uncast_numbers() -> None:
    body = wire.json_body([Event("distance", 1000, [("walked", 100.0), ("count", 30)])], IDS)
    assert b'"walked":100.0,"count":30' in body


def test_text_is_encoded_and_floats_have_three_decimals() -> None:
    line = wire.form_line(Event("chat", 5, [("message", "100% a+b=c; d & e"), ("walked", 100.0)]), IDS)
    assert line.endswith(b"timestamp=0.005&session_id=sess_53e89f0cd1cea438&map_name=dm/mohdm6"
                         b"&message=100%25+a%2Bb%3Dc%3B+d+%26+e&walked=100.000")  # fmt: skip


def test_batches_end_at_twenty_events_two_seconds_a_kill_or_map_shutdown() -> None:
    def at(ms: int, event_type: str = "jump") -> Event:
        return Event(event_type, ms, [])

    events = [at(ms) for ms in range(25)] + [
        at(1000, "player_kill"),
        at(1500),
        at(3499),
        at(3500),
        at(4000, "map_shutdown"),
    ]
    sizes = [(batch.due_ms, len(batch.events)) for batch in wire.batches(events)]
    assert sizes == [(19, 20), (1000, 6), (3500, 2), (4000, 2)]
