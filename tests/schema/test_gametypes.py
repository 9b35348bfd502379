"""Game types (spec/openmohaa.md 1.8 and 4.3)."""

from __future__ import annotations

import pytest

from schema.gametypes import (
    GAMETYPES,
    display_name,
    fold_gametype,
    gametype_of_map,
    is_team_gametype,
)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("1", "ffa"),
        ("2", "tdm"),
        ("3", "round"),
        ("4", "obj"),
        ("5", "tow"),
        ("6", "lib"),
        ("1.000", "ffa"),
        ("dm", "ffa"),
        ("deathmatch", "ffa"),
        ("roundbased", "round"),
        ("Objective", "obj"),
        ("liberation", "lib"),
        ("0", ""),
        ("7", ""),
        ("golf", ""),
    ],
)
def test_digits_and_words_fold_to_names(text: str, name: str) -> None:
    assert fold_gametype(text) == name


def test_all_but_free_for_all_are_team_games() -> None:
    assert [name for name in GAMETYPES if not is_team_gametype(name)] == ["ffa"]
    assert not is_team_gametype("")


@pytest.mark.parametrize(
    ("map_name", "gametype"),
    [
        ("dm/mohdm6", "ffa"),
        ("obj/obj_team2", "obj"),
        ("OBJ/obj_team2", "obj"),
        ("lib_flughafen", "lib"),
        ("mp_anzio_lib", "lib"),
        ("mp_bahnhof_dm", "ffa"),
        ("ctf/test", "ctf"),
        ("training", ""),
        ("", ""),
    ],
)
def test_the_map_name_tells_the_game_type(map_name: str, gametype: str) -> None:
    assert gametype_of_map(map_name) == gametype


def test_names_for_people() -> None:
    assert [display_name(g) for g in ("ffa", "dm", "obj", "golf")] == [
        "Free For All",
        "Deathmatch",
        "Objective",
        "golf",
    ]
