"""The catalogue holds what spec/openmohaa.md 1.1 and 1.2 count and name."""

from __future__ import annotations

from collections import Counter
from urllib.parse import parse_qs

import pytest

from schema.catalogue import EVENT_TYPES, SOURCES, canonical_type, event_type
from schema.columns import INDEX
from schema.fields import FIELD_TYPES, FIELDS
from tests.samples.openmohaa_samples import sample_lines

PREFIXES = {"player", "attacker", "victim", "target", "killer"}

# aliases.urlencoded, line by line (1.2): what each other spelling means.
ALIASES = {
    "kill": "player_kill",
    "player_killed": "player_kill",
    "player_death": "death",
    "player_damage": "damage",
    "player_damaged": "damage",
    "headshot": "player_headshot",
    "spawn": "player_spawn",
    "player_spawned": "player_spawn",
    "player_jump": "jump",
    "player_land": "land",
    "player_crouch": "crouch",
    "player_prone": "prone",
    "player_distance": "distance",
    "player_use": "use",
    "player_say": "chat",
    "player_textMessage": "chat",
    "player_chat": "chat",
    "client_connect": "connect",
    "player_connected": "connect",
    "client_disconnect": "disconnect",
    "player_disconnecting": "disconnect",
    "weapon_reload": "reload",
    "bash": "player_bash",
    "roadkill": "player_roadkill",
    "crushed": "player_crushed",
    "telefragged": "player_telefragged",
    "teamkill": "player_teamkill",
    "suicide": "player_suicide",
    "bot_death": "bot_killed",
    "intermission": "intermission_start",
    "door_state_change": "door_open",
    "ladder_unmount": "ladder_dismount",
    "weapon_switch": "weapon_change",
    "weapon_swap": "weapon_change",
    "client_team_change": "team_join",
    "vehicle_collision": "vehicle_crash",
}


def _type(line: bytes) -> str:
    return parse_qs(line.decode())["type"][0]


def test_there_are_108_types_of_which_67_are_listed() -> None:
    assert len(EVENT_TYPES) == 108
    assert sum(entry.listed for entry in EVENT_TYPES.values()) == 67


def test_80_types_have_a_script_handler_and_9_of_them_are_sent_as_shipped() -> None:
    sources = Counter(entry.source for entry in EVENT_TYPES.values())
    assert sources["L"] + sources["M"] + sources["S"] == 80
    assert sources["L"] == 9
    assert (sources["A"], sources["I"]) == (17, 1), "98 in the API enum = 80 + 17 + match_outcome"
    assert (sources["C"], sources["X"]) == (7, 3), "105 in the sample collection; 108 with the seed's own"


def test_the_seed_names_39_types() -> None:
    assert sum(bool(entry.seed_name) for entry in EVENT_TYPES.values()) == 39


@pytest.mark.parametrize("line", sample_lines("events.urlencoded"), ids=_type)
def test_each_sample_event_has_a_canonical_type(line: bytes) -> None:
    assert canonical_type(_type(line)) == _type(line)


def test_the_sample_events_are_the_catalogue() -> None:
    assert {_type(line) for line in sample_lines("events.urlencoded")} == set(EVENT_TYPES)


def test_each_sample_alias_maps_to_its_canonical_type() -> None:
    received = [_type(line) for line in sample_lines("aliases.urlencoded")]
    assert {name: canonical_type(name) for name in received} == ALIASES


@pytest.mark.parametrize("name", ["Player_Kill", "KILL", "player_textmessage"])
def test_a_type_in_another_case_is_still_known(name: str) -> None:
    assert canonical_type(name) == {"player_textmessage": "chat"}.get(name, "player_kill")


def test_an_unknown_type_stays_as_received() -> None:
    assert canonical_type("Flag_Capture") == "Flag_Capture"
    assert event_type("Flag_Capture").category == "unknown"


def test_no_spelling_means_two_types() -> None:
    spellings = Counter(
        spelling for entry in EVENT_TYPES.values() for spelling in {*entry.aliases, entry.seed_name} - {""}
    )
    shared = {spelling for spelling, count in spellings.items() if count > 1}
    assert not shared
    assert {s for s in spellings if s in EVENT_TYPES and canonical_type(s) != s} == set()


def test_every_entry_uses_known_letters_prefixes_and_columns() -> None:
    for entry in EVENT_TYPES.values():
        assert entry.source in SOURCES
        assert {*entry.sent.values(), *entry.accepted.values()} <= FIELD_TYPES.keys()
        assert {*entry.blocks, *entry.actor, *entry.target} <= PREFIXES
        assert not set(entry.actor) & set(entry.target), f"{entry.name}: one prefix cannot be two people"
        assert entry.columns.keys() <= INDEX.keys()
    assert FIELDS.columns.keys() <= INDEX.keys()
