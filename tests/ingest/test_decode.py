"""Events become rows: the fields find their columns (spec/openmohaa.md 1.3, 3.2), and no input makes it fail."""

from __future__ import annotations

import json
import math
from typing import Any
from urllib.parse import quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.decode import Decoder, decode_generic
from ingest.formats import InvalidBody, RawEvent, split_report
from ingest.lines import read_line
from ingest.plans import ATTRIBUTES_MAX, FIELDS_MAX, TRUNCATED
from ingest.values import ATTRIBUTE_BYTES_MAX, KEY_CHARS_MAX, TEXT_CHARS_MAX
from schema.catalogue import EVENT_TYPES, canonical_type
from schema.columns import COLUMNS, INDEX, NAMES, Row, neutral_row
from tests.ingest.bodies import bodies, events, fields, form_line, types
from tests.samples.openmohaa_samples import sample

SAMPLES = [
    "events.urlencoded",
    "events.json",
    "events_live.json",
    "aliases.urlencoded",
    "match_dm.urlencoded",
]


def decode(body: bytes) -> dict[str, Any]:
    """What the only event of a body says, without neutral values and the raw bytes."""
    (event,) = split_report(body).events
    neutral = neutral_row()
    row = decode_generic(event)
    return {name: row[i] for i, name in enumerate(NAMES) if row[i] != neutral[i] and name != "raw"}


def line(event_type: str, **fields: str) -> dict[str, Any]:
    """As decode, of a form line, without the type."""
    found = decode(form_line([("type", event_type), *fields.items()]))
    return {name: value for name, value in found.items() if name not in {"event_type", "event_name"}}


def exactly(row: Row) -> str:
    """A row as text in which 0.0 and -0.0 and 0 differ, attributes in any order."""
    attributes = row[INDEX["attributes"]]
    return repr([sorted(attributes.items()) if value is attributes else value for value in row])


def _fits(column_type: str, value: object) -> bool:
    if column_type.startswith("UInt"):
        return type(value) is int and 0 <= value < 2 ** int(column_type[4:])
    if column_type.startswith("Float"):
        most = 3.4028234663852886e38 if column_type == "Float32" else math.inf
        return type(value) is float and math.isfinite(value) and abs(value) <= most
    if column_type.startswith("DateTime64"):
        return value is None or type(value) is int
    if column_type.startswith("Map"):
        assert isinstance(value, dict)
        return len(value) <= ATTRIBUTES_MAX + 1 and all(_is_attribute(k, v) for k, v in value.items())
    if column_type == "Bool":
        return value is False
    if column_type == "UUID":
        return value is None
    return (
        type(value) is str
        and len(value) <= TEXT_CHARS_MAX
        and "\0" not in value
        and bool(value.encode() or True)
    )


def _is_attribute(key: object, value: object) -> bool:
    assert type(key) is str
    assert type(value) is str
    return (
        0 < len(key) <= KEY_CHARS_MAX and "\0" not in value and 0 < len(value.encode()) <= ATTRIBUTE_BYTES_MAX
    )


# --- any input -----------------------------------------------------------------------------------------------


@settings(max_examples=500)
@given(bodies | events)
def test_every_event_of_any_body_becomes_a_row_that_fits_its_columns(body: bytes) -> None:
    try:
        found = split_report(body).events
    except InvalidBody:
        return
    for event in found:
        row = decode_generic(event)
        assert type(row[INDEX["raw"]]) is bytes
        for column, value in zip(COLUMNS, row, strict=True):
            assert column.name == "raw" or _fits(column.type, value), f"{column.name}: {value!r}"


@settings(max_examples=1000)
@given(events)
def test_a_compiled_plan_gives_the_row_of_the_generic_path(body: bytes) -> None:
    compiling = Decoder(sightings=1)
    for event in split_report(body).events:
        compiling.decode(event)
        assert exactly(compiling.decode(event)) == exactly(decode_generic(event))


@pytest.mark.parametrize("name", SAMPLES)
def test_compiled_plans_agree_with_the_generic_path_on_the_samples(name: str) -> None:
    compiling = Decoder(sightings=1)
    for event in split_report(sample(name)).events:
        compiling.decode(event)
        assert exactly(compiling.decode(event)) == exactly(decode_generic(event))


def test_the_generated_functions_do_the_work_on_the_samples() -> None:
    compiling = Decoder(sightings=1)
    found = split_report(sample("match_dm.urlencoded")).events
    for event in found:
        compiling.decode(event)
    assert len(compiling._compiled) > 20
    shapes = {shape: compiled.fill for shape, compiled in compiling._compiled.items()}
    for event in found:
        keys, values = read_line(event.raw)
        assert shapes[values[0], keys](values, event.raw) is not None


@given(types, fields)
def test_a_line_and_an_object_with_the_same_fields_give_the_same_row(
    kind: str, pairs: list[tuple[str, str]]
) -> None:
    unique = {
        "type": kind,
        **{key: value.replace("\0", "") for key, value in pairs if key.replace("\0", "") == key},
    }
    as_line = split_report(form_line(list(unique.items()))).events
    as_object = split_report(json.dumps(unique).encode()).events
    assert len(as_line) == len(as_object)
    for one, other in zip(as_line, as_object, strict=True):
        assert exactly(decode_generic(one)[:-1]) == exactly(decode_generic(other)[:-1])


def test_the_samples_as_lines_and_as_json_are_the_same_rows() -> None:
    lines = split_report(sample("events.urlencoded")).events
    objects = split_report(sample("events.json")).events
    assert len(lines) == len(objects) == 108
    for one, other in zip(lines, objects, strict=True):
        assert exactly(decode_generic(one)[:-1]) == exactly(decode_generic(other)[:-1])


@given(events)
def test_raw_holds_the_bytes_as_received(body: bytes) -> None:
    for event in split_report(body).events:
        if b"token" not in event.raw.lower() and b"%" not in event.raw and b"\\u" not in event.raw:
            assert decode_generic(event)[INDEX["raw"]] == event.raw


# --- who ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "event_type",
    [
        "player_kill",
        "bot_killed",
        "damage",
        "player_pain",
        "player_bash",
        "player_roadkill",
        "player_crushed",
        "player_telefragged",
        "player_teamkill",
        "player_headshot",
        "death",
    ],
)
def test_the_attacker_is_the_player_and_the_victim_the_target(event_type: str) -> None:
    found = line(event_type, attacker_guid="42", attacker_team="american", victim_guid="7", victim_x="1.5")
    assert found == {"player_guid": "42", "player_team": "allies", "target_guid": "7", "target_x": 1.5}


def test_a_kill_without_an_attacker_has_nobody_as_player() -> None:
    found = line("player_kill", victim_guid="7", player_guid="9")
    assert "player_guid" not in found
    assert found["target_guid"] == "7"
    assert found["attributes"] == {"player_guid": "9"}


@pytest.mark.parametrize("event_type", ["player_kill", "bot_killed", "actor_killed"])
def test_killer_guid_names_the_attacker(event_type: str) -> None:
    assert line(event_type, killer_guid="42")["player_guid"] == "42"
    assert line(event_type, killer_guid="42", attacker_guid="")["player_guid"] == "42"
    assert line(event_type, killer_guid="42", attacker_guid="42") == {"player_guid": "42"}


def test_the_player_of_death_is_the_one_who_died() -> None:
    found = line(
        "player_death", player_guid="7", player_name="Dead", attacker_guid="42", means_of_death="MOD_PISTOL"
    )
    assert found == {"player_guid": "42", "target_guid": "7", "target_name": "Dead", "mod": "pistol"}


def test_a_suicide_told_by_its_player_block_has_that_player() -> None:
    assert line("player_suicide", player_guid="7") == {"player_guid": "7"}
    assert line("suicide", attacker_guid="7", victim_guid="7") == {"player_guid": "7", "target_guid": "7"}


@pytest.mark.parametrize("shooter", ["player_guid", "attacker_guid"])
@pytest.mark.parametrize("hit", ["target_guid", "victim_guid"])
def test_a_hit_has_a_shooter_and_a_target_under_either_name(shooter: str, hit: str) -> None:
    found = line("weapon_hit", **{shooter: "42", hit: "7", "hitloc": "0"})
    assert found == {"player_guid": "42", "target_guid": "7", "hitloc": "head"}


@pytest.mark.parametrize(
    ("event_type", "key"),
    [
        ("explosion", "attacker_guid"),
        ("actor_killed", "attacker_guid"),
        ("vehicle_damage", "attacker_guid"),
        ("door_open", "opener_guid"),
        ("vehicle_crash", "driver_guid"),
        ("vehicle_death", "destroyer_guid"),
    ],
)
def test_other_actors_are_players_too(event_type: str, key: str) -> None:
    assert line(event_type, **{key: "42"}) == {"player_guid": "42"}


def test_a_second_person_in_one_role_is_not_lost() -> None:
    assert line("weapon_hit", player_guid="42", attacker_guid="43") == {
        "player_guid": "42",
        "attributes": {"attacker_guid": "43"},
    }


def test_both_spellings_of_position_and_view_are_read() -> None:
    script = {"player_x": "1", "player_y": "2", "player_z": "3", "player_pitch": "4", "player_yaw": "5"}
    api = {"pos_x": "1", "pos_y": "2", "pos_z": "3", "aim_pitch": "4", "aim_yaw": "5"}
    assert (
        line("weapon_fire", **script)
        == line("weapon_fire", **api)
        == {k: float(v) for k, v in script.items()}
    )


def test_a_player_block_is_read_whole() -> None:
    found = line(
        "jump",
        player_name="^1Major^7_Kain",
        player_guid="42",
        player_smf_id="42",
        player_team="german",
        player_stance="Crouching",
        player_pitch="-12.5",
    )
    assert found == {
        "player_name": "Major_Kain",
        "player_guid": "42",
        "player_smf_id": 42,
        "player_team": "axis",
        "player_stance": "crouch",
        "player_pitch": -12.5,
    }


# --- what -----------------------------------------------------------------------------------------------------


def test_base_fields_find_their_columns() -> None:
    found = line(
        "heartbeat",
        match_id="match_1",
        session_id="sess_1",
        event_id="e1",
        timestamp="37.900",
        map="dm/mohdm6",
        game_type="2",
        round="3",
        players="8",
        server_id="spoofed",
    )
    assert found == {
        "match_wire_id": "match_1",
        "session_id": "sess_1",
        "event_id": "e1",
        "game_time": 37.9,
        "map_name": "dm/mohdm6",
        "gametype": "tdm",
        "round_number": 3,
        "amount": 8.0,
        "attributes": {"server_id": "spoofed"},
    }


@pytest.mark.parametrize(
    ("event_type", "sent", "found"),
    [
        (
            "weapon_change",
            {"old_weapon": "none", "new_weapon": "BAR"},
            {"weapon": "BAR", "attributes": {"old_weapon": "none"}},
        ),
        ("item_pickup", {"item": "MedKit", "count": "2"}, {"subject": "MedKit", "amount": 2.0}),
        ("health_pickup", {"health_restored": "25"}, {"amount": 25.0}),
        ("grenade_throw", {"projectile": "M2", "weapon": "Frag"}, {"subject": "M2", "weapon": "Frag"}),
        ("vehicle_enter", {"entity": "e1"}, {"subject": "e1"}),
        (
            "vehicle_enter",
            {"entity": "e1", "vehicle": "jeep"},
            {"subject": "jeep", "attributes": {"entity": "e1"}},
        ),
        ("score_change", {"score_type": "kills", "delta": "-1"}, {"subject": "kills", "amount": -1.0}),
        ("chat", {"message": "hi", "is_team": "1"}, {"attributes": {"message": "hi", "team_only": "true"}}),
        (
            "team_join",
            {"from_team": "axis", "to_team": "american"},
            {"attributes": {"old_team": "axis", "new_team": "allies"}},
        ),
        ("team_win", {"teamnum": "german"}, {"attributes": {"winning_team": "axis"}}),
        ("objective_capture", {"team": "0"}, {"attributes": {"capturing_team": "axis"}}),
        (
            "map_change_start",
            {"current_map": "a", "next_map": "b"},
            {"map_name": "a", "attributes": {"next_map": "b"}},
        ),
        (
            "accuracy_summary",
            {"fired": "10", "hits": "4"},
            {"attributes": {"shots_fired": "10", "shots_hit": "4"}},
        ),
        ("bot_spawn", {"team": "german"}, {"player_team": "axis"}),
        ("connect", {"name": "^1Bob"}, {"player_name": "Bob"}),
        ("damage", {"damage": "-5", "hitloc": "3", "mod": "18"}, {"hitloc": "torso_upper", "mod": "bullet"}),
        ("match_start", {"gametype": "golf"}, {"attributes": {"gametype": "golf"}}),
        ("flag_capture", {"flag": "red", "count": "2"}, {"amount": 2.0, "attributes": {"flag": "red"}}),
    ],
)
def test_fields_find_their_columns(event_type: str, sent: dict[str, str], found: dict[str, Any]) -> None:
    assert line(event_type, **sent) == found


def test_distance_counts_what_was_covered_since_the_last_event_only() -> None:
    script = line(
        "distance", distance="2400.000", walked="100.000", total_distance="2400.000", delta_distance="100.000"
    )
    assert script == {"walked": 100.0, "attributes": {"total_distance": "2400"}}
    assert line("distance", delta_distance="7", swam="1.5") == {"walked": 7.0, "swam": 1.5}


@pytest.mark.parametrize(
    ("state", "event_type"),
    [("open", "door_open"), ("Close", "door_close"), ("closed", "door_close"), ("", "door_open")],
)
def test_a_door_state_change_is_what_its_state_says(state: str, event_type: str) -> None:
    found = decode(form_line([("type", "door_state_change"), ("state", state)]))
    assert (found["event_type"], found["event_name"]) == (event_type, "door_state_change")
    assert decode(b"type=door_state_change")["event_type"] == "door_open"


@pytest.mark.parametrize("name", ["kill", "Player_Kill", " player_kill "])
def test_the_received_spelling_of_the_type_is_kept_beside_the_canonical_one(name: str) -> None:
    found = decode(form_line([("type", name)]))
    assert found == {"event_type": "player_kill", "event_name": name.strip()}


def test_every_type_of_the_catalogue_decodes_to_itself() -> None:
    for event in split_report(sample("events.urlencoded")).events:
        row = decode_generic(event)
        assert row[INDEX["event_type"]] == row[INDEX["event_name"]]
        assert row[INDEX["event_type"]] in EVENT_TYPES


def test_aliases_decode_to_their_canonical_type_and_the_fields_of_it() -> None:
    for event in split_report(sample("aliases.urlencoded")).events:
        row = decode_generic(event)
        assert row[INDEX["event_type"]] == canonical_type(row[INDEX["event_name"]])
        assert row[INDEX["event_type"]] != row[INDEX["event_name"]]


def test_the_same_value_under_two_spellings_is_kept_once_and_a_different_one_stays() -> None:
    assert line("item_pickup", item="A", item_name="A") == {"subject": "A"}
    assert line("item_pickup", item="B", item_name="A") == {"subject": "A", "attributes": {"item": "B"}}
    assert line("item_pickup", item="B", item_name="") == {"subject": "B"}


def test_of_repeated_keys_a_line_takes_the_first_and_an_object_the_last() -> None:
    assert decode(b"type=jump&player_guid=1&player_guid=2&type=land")["player_guid"] == "1"
    assert decode(b'{"type":"jump","player_guid":"1","player_guid":"2"}')["player_guid"] == "2"


def test_json_values_of_any_type_are_read() -> None:
    found = decode(
        b'{"type":"jump","player_guid":42,"jump_height":48.25,"player_x":true,"round":"2.0","flag":false,"none":null,'
        b'"nested":{"a":[1,"\xc3\xa9"]}}'
    )
    assert found["player_guid"] == "42"
    assert found["amount"] == 48.25
    assert "player_x" not in found
    assert found["round_number"] == 2
    assert found["attributes"] == {"flag": "false", "nested": '{"a":[1,"é"]}'}


def test_raw_text_of_legacy_scripts_is_read_with_all_its_oddities() -> None:
    raw = b'type=chat&player_name=J\xf6rg; 100% <"^1x>&message=50% off + more=less&player_guid=unauth_3'
    assert decode(raw) == {
        "event_type": "chat",
        "event_name": "chat",
        "player_name": 'Jörg; 100% <"x>',
        "player_guid": "unauth_3",
        "attributes": {"message": "50% off   more=less"},
    }


# --- hostile input --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["nan", "-inf", "1e999", "9" * 10_000, "", "ten", "--1", "0x10"])
def test_numbers_that_are_none_are_neutral(text: str) -> None:
    found = line("damage", damage=text, player_smf_id=text, attacker_x=text, round_number=text)
    assert found.keys() <= {"attributes"}


def test_numbers_out_of_range_are_cut_to_the_column() -> None:
    found = line(
        "damage", damage="1e300", attacker_smf_id="9" * 30, attacker_x="-1e300", round_number="70000"
    )
    assert found == {
        "damage": 1e9,
        "player_smf_id": 2**64 - 1,
        "player_x": -3.4028234663852886e38,
        "round_number": 65535,
    }


def test_a_line_of_100_000_keys_keeps_the_first_and_says_how_many_more_there_were() -> None:
    body = b"type=jump&" + b"&".join(b"k%d=1" % n for n in range(80_000)) + b"&player_guid=42"
    found = decode(body)
    assert found["player_guid"] == "42", "fields of the catalogue are found wherever they stand"
    assert found["attributes"].pop(TRUNCATED) == str(80_000 - ATTRIBUTES_MAX)
    assert len(found["attributes"]) == ATTRIBUTES_MAX < FIELDS_MAX
    assert found["attributes"]["k0"] == "1"


def test_long_texts_are_cut() -> None:
    found = decode(form_line([("type", "x" * 1000), ("k" * 1000, "v" * 9000), ("weapon", "w" * 1000)]))
    assert found["event_type"] == found["event_name"] == "x" * KEY_CHARS_MAX
    assert found["weapon"] == "w" * TEXT_CHARS_MAX
    assert found["attributes"] == {"k" * KEY_CHARS_MAX: "v" * ATTRIBUTE_BYTES_MAX}


def test_nul_is_dropped_from_keys_and_values() -> None:
    assert decode(b"type=jump&player_guid=4%002&a%00b=1") == decode(
        b'{"type":"jump","player_guid":"4\\u00002","a\\u0000b":"1"}'
    )


@pytest.mark.parametrize(
    ("body", "raw"),
    [
        (b"type=x&server_token=abc&a=1", b"type=x&server_token=redacted&a=1"),
        (b"type=x&%73erver_token=abc&a=1", b"type=x&%73erver_token=redacted&a=1"),
        (b'{"type":"x","auth_token":"abc","a":"1"}', b'{"type":"x","auth_token":"redacted","a":"1"}'),
        (b'{"type":"x","auth\\u005ftoken":"abc","a":1}', b'{"type":"x","auth_token":"redacted","a":1}'),
    ],
)
def test_tokens_are_kept_neither_as_attributes_nor_in_the_raw_bytes(body: bytes, raw: bytes) -> None:
    (event,) = split_report(body).events
    for decoder in (Decoder(), Decoder(sightings=1)):
        decoder.decode(event)
        row = decoder.decode(event)
        assert row[INDEX["attributes"]] == {"a": "1"}
        assert row[INDEX["raw"]] == raw


def test_no_text_of_a_sender_reaches_the_generated_source() -> None:
    key = 'x\'] = raise SystemExit  #\n"""\\'
    fields = {"type": key, key: "v", "__import__('os')": "w"}
    decoder = Decoder(sightings=1)
    event = RawEvent("object", json.dumps(fields).encode(), fields)
    first, second = decoder.decode(event), decoder.decode(event)
    assert exactly(first) == exactly(second)
    assert second[INDEX["attributes"]] == {key: "v", "__import__('os')": "w"}


# --- bounds of the plans -----------------------------------------------------------------------------------------


def test_shapes_are_compiled_when_they_come_often_and_the_oldest_are_forgotten() -> None:
    decoder = Decoder(plans_max=3, sightings=2)
    for number in range(10):
        event = RawEvent("line", b"type=x&k%d=1" % number)
        decoder.decode(event)
        assert ("x", ("type", f"k{number}")) not in decoder._compiled
        decoder.decode(event)
        assert ("x", ("type", f"k{number}")) in decoder._compiled
    assert len(decoder._compiled) == 3


def test_random_shapes_cost_a_bounded_memory() -> None:
    decoder = Decoder()
    for number in range(20_000):
        decoder.decode(RawEvent("line", b"type=t%d" % number))
    assert len(decoder._compiled) == 0
    assert len(decoder._sighted) <= 8192


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=20))
def test_an_unknown_field_is_kept_under_its_name(name: str) -> None:
    if name in {"type", "timestamp"} or name.lower() in {"server_token", "auth_token"}:
        return
    row = decode_generic(RawEvent("line", b"type=flag_capture&" + quote_plus(name).encode() + b"=v1"))
    assert "v1" in {*row[INDEX["attributes"]].values(), *(value for value in row if isinstance(value, str))}
