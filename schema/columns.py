"""The columns of `raw_events`: one row is one event. The single place where their order is decided.

A decoded event is a plain list in this order (`Row`): lists are what zip() turns into the column-wise
insert fastest (shared/measurements.md 3). `filled_by` says which step owns a column:

- decode: a fact that stands on the wire, under its canonical name and type;
- enrich: what only the writer knows (server, match context, time anchored to the receive time, counting rules).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

Row = list[Any]
"""One event, values in COLUMNS order."""

# A plain dict: the column encoder takes a mapping proxy eight times as long. Nobody writes to it.
NO_ATTRIBUTES: Final[Mapping[str, str]] = {}


class Column(NamedTuple):
    """One column: name, ClickHouse type, neutral value, who fills it, what it means (also its comment in the database)."""

    name: str
    type: str
    neutral: Any
    filled_by: str
    comment: str


# A table, one column a line.
# fmt: off
def _player_block(prefix: str, who: str) -> tuple[Column, ...]:
    text = "LowCardinality(String)"
    return (
        Column(f"{prefix}_guid", "String", "", "decode, scoped by enrich", f"id of {who}; unauth_<slot> scoped as unauth_<slot>@<8 hex>; empty = nobody"),
        Column(f"{prefix}_name", "String", "", "decode", f"name of {who}, colour codes ^0-^9 removed"),
        Column(f"{prefix}_team", text, "", "decode, completed by enrich", f"team of {who}: allies, axis, freeforall, spectator, none or empty"),
        Column(f"{prefix}_smf_id", "UInt64", 0, "decode", f"forum member id of {who}, 0 = not logged in"),
        Column(f"{prefix}_x", "Float32", 0.0, "decode", f"position of {who}, game units (1 unit = 0.0254 m); x = y = z = 0 means unknown"),
        Column(f"{prefix}_y", "Float32", 0.0, "decode", f"position of {who}, game units"),
        Column(f"{prefix}_z", "Float32", 0.0, "decode", f"position of {who}, game units"),
        Column(f"{prefix}_pitch", "Float32", 0.0, "decode", f"view angle of {who}, degrees"),
        Column(f"{prefix}_yaw", "Float32", 0.0, "decode", f"view angle of {who}, degrees"),
        Column(f"{prefix}_stance", text, "", "decode", f"stance of {who}: stand, crouch, prone or empty"),
        Column(f"{prefix}_is_bot", "Bool", False, "enrich", f"whether {who} is a bot, as far as its session said"),
    )


COLUMNS: Final[tuple[Column, ...]] = (
    Column("game", "LowCardinality(String)", "mohaa", "enrich", "which game: mohaa, pubg, pss"),
    Column("event_type", "LowCardinality(String)", "", "decode", "canonical type (spec/openmohaa.md 1.2) or the received one when unknown"),
    Column("event_name", "LowCardinality(String)", "", "decode", "type as received"),
    Column("event_time", "DateTime64(3, 'UTC')", None, "decode (Unix milliseconds as int, or None), else enrich", "when it happened"),
    Column("received_at", "DateTime64(3, 'UTC')", 0, "enrich", "when the report that carried it arrived"),
    Column("game_time", "Float64", 0.0, "decode", "seconds since map load when the wire gave game time, else 0"),
    Column("time_source", "LowCardinality(String)", "", "enrich", "what event_time rests on: unix, game (anchored to received_at) or received"),
    Column("server_id", "LowCardinality(String)", "", "enrich", "authenticated server that sent it"),
    Column("match_id", "UUID", None, "enrich", "UUID of the match (spec/openmohaa.md 2.6)"),
    Column("match_wire_id", "String", "", "decode", "match_id as received"),
    Column("session_id", "String", "", "decode", "session of the server process, as received"),
    Column("event_id", "String", "", "decode", "sender's id for exact deduplication, or empty"),
    Column("batch_id", "String", "", "enrich", "spool segment and chunk it was inserted with: the deduplication token"),
    Column("batch_row", "UInt32", 0, "enrich", "position in that batch"),
    Column("map_name", "LowCardinality(String)", "", "decode, else enrich", "map as received, filled from the match when missing"),
    Column("gametype", "LowCardinality(String)", "", "decode, else enrich", "canonical game type: ffa, tdm, round, obj, tow, lib, ctf or empty"),
    Column("round_number", "UInt16", 0, "decode", "1-based round, 0 = unknown"),
    *_player_block("player", "the actor (attacker of a kill or of damage)"),
    *_player_block("target", "the other party (victim of a kill or of damage)"),
    Column("weapon", "LowCardinality(String)", "", "decode, else enrich", "weapon, display name as received; new weapon of weapon_change; unknown for a kill without one"),
    Column("hitloc", "LowCardinality(String)", "", "decode", "hit location by name (1.5), engine numbers mapped"),
    Column("mod", "LowCardinality(String)", "", "decode", "means of death, lower case without mod_ (1.6)"),
    Column("damage", "Float64", 0.0, "decode", "points of damage; unparsable, negative and non-finite values are 0"),
    Column("kill_kind", "LowCardinality(String)", "", "enrich", "kill, team_kill, suicide, world, bot or empty: rules R1-R7 decided once"),
    Column("distance_units", "Float32", 0.0, "enrich", "distance between actor and target of a kill, game units; 0 = unknown"),
    Column("walked", "Float64", 0.0, "decode", "of distance events: game units walked since the last one (R11)"),
    Column("sprinted", "Float64", 0.0, "decode", "game units sprinted since the last distance event"),
    Column("swam", "Float64", 0.0, "decode", "game units swum since the last distance event"),
    Column("driven", "Float64", 0.0, "decode", "game units driven since the last distance event"),
    Column("subject", "LowCardinality(String)", "", "decode", "the thing acted on: item, projectile, entity, object, vehicle, turret, objective, vote"),
    Column("amount", "Float64", 0.0, "decode", "how much or how many: item count, health, ammo, armour, height, delta of score"),
    Column("attributes", "Map(LowCardinality(String), String)", NO_ATTRIBUTES, "decode", "every other field, canonical name to text"),
    Column("raw", "String", b"", "decode", "the event exactly as received: its line or JSON object"),
)

# fmt: on
NAMES: Final[tuple[str, ...]] = tuple(column.name for column in COLUMNS)
INDEX: Final[Mapping[str, int]] = MappingProxyType({name: i for i, name in enumerate(NAMES)})


def neutral_row() -> Row:
    """A row in which nothing is known yet."""
    return [column.neutral for column in COLUMNS]
