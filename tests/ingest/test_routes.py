"""Every field of the catalogue has a place, and both spellings of it the same one (spec/openmohaa.md 1.3)."""

from __future__ import annotations

import pytest

from ingest.plans import COLUMN_KINDS
from ingest.routes import route, routes_for, routes_of
from schema.catalogue import EVENT_TYPES
from schema.columns import COLUMNS

# The table of 1.3: what the scripts send, what the API reads, in which type.
BOTH_SPELLINGS = [
    ("weapon_fire", "player_x", "pos_x"),
    ("weapon_fire", "player_yaw", "aim_yaw"),
    ("player_teamkill", "killer_guid", "attacker_guid"),
    ("player_suicide", "player_guid", "attacker_guid"),
    ("item_pickup", "item_name", "item"),
    ("accuracy_summary", "fired", "shots_fired"),
    ("accuracy_summary", "hits", "shots_hit"),
    ("distance", "total_distance", "distance"),
    ("distance", "delta_distance", "walked"),
    ("map_load_end", "map", "map_name"),
    ("map_change_start", "current_map", "from_map"),
    ("map_change_start", "next_map", "to_map"),
    ("team_win", "teamnum", "winning_team"),
    ("objective_capture", "objective_name", "objective"),
    ("objective_update", "objective_index", "objective_id"),
    ("vote_start", "vote_name", "vote_type"),
    ("vote_start", "vote_string", "vote_target"),
    ("vote_passed", "yes_count", "yes_votes"),
    ("vote_passed", "no_count", "no_votes"),
    ("vote_failed", "fail_reason", "reason"),
    ("score_change", "delta", "score_delta"),
    ("score_change", "new_total", "new_score"),
    ("chat", "is_team", "team_only"),
    ("player_auth", "smf_member_id", "smf_id"),
    ("game_init", "maxclients", "max_players"),
    ("game_init", "gametype", "game_type"),
    ("weapon_fire", "ammo_remaining", "ammo_count"),
    ("health_pickup", "count", "health_restored"),
    ("ammo_pickup", "count", "amount"),
    ("ammo_pickup", "item_name", "ammo_type"),
    ("armor_pickup", "count", "armor_amount"),
    ("teamkill_kick", "count", "teamkill_count"),
    ("heartbeat", "player_count", "players"),
    ("round_start", "round_number", "round"),
    ("player_kill", "mod", "means_of_death"),
    ("team_join", "old_team", "from_team"),
    ("team_join", "new_team", "to_team"),
    ("team_join", "new_team", "team"),
    ("objective_capture", "team", "capturing_team"),
    ("match_outcome", "winning_team", "winner"),
    ("door_open", "entity", "door"),
    ("door_open", "player_guid", "opener_guid"),
    ("vehicle_crash", "player_guid", "driver_guid"),
    ("vehicle_death", "player_guid", "destroyer_guid"),
]


@pytest.mark.parametrize(("event_type", "one", "other"), BOTH_SPELLINGS)
def test_both_spellings_go_to_one_place(event_type: str, one: str, other: str) -> None:
    routes = routes_for(event_type)
    here, there = route(routes, one), route(routes, other)
    assert (here.destination, here.is_column) == (there.destination, there.is_column)


def test_every_route_to_a_column_has_a_way_to_fill_it() -> None:
    columns = {r.destination for name in (*EVENT_TYPES, "") for r in routes_of(name).values() if r.is_column}
    assert columns == COLUMN_KINDS.keys()


def test_the_decoder_fills_every_column_that_says_decode() -> None:
    elsewhere = {"event_type", "event_name", "event_time", "game_time", "attributes", "raw"}
    owned = {column.name for column in COLUMNS if column.filled_by.startswith("decode")}
    assert owned == COLUMN_KINDS.keys() | elsewhere


@pytest.mark.parametrize(
    "event_type", ["player_kill", "bot_killed", "damage", "player_roadkill", "player_bash"]
)
def test_player_fields_never_name_the_actor_where_only_an_attacker_can_be(event_type: str) -> None:
    assert not route(routes_for(event_type), "player_guid").is_column


def test_unknown_types_know_the_common_fields() -> None:
    routes = routes_for("flag_capture")
    assert route(routes, "player_guid").destination == "player_guid"
    assert route(routes, "flag_colour") == ("flag_colour", 0, False)
