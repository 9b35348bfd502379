"""Rows of raw_events made by hand, as they look after enrichment, and a seeded world full of odd cases."""

from __future__ import annotations

import hashlib
import math
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from clickhouse.client import ClickHouse
from schema.columns import INDEX, NAMES, Row, neutral_row
from schema.match_ids import match_uuid

KILLS = ("player_kill", "bot_killed")
HITLOCS = ("head", "helmet", "neck", "torso_upper", "pelvis", "l_arm_upper", "r_foot", "general", "")
MODS = ("bullet", "bash", "grenade", "explosion", "vehicle", "telefrag", "crush", "falling", "")
WEAPONS = ("M1 Garand", "Thompson", "MP40", "Springfield '03 Sniper", "BAR", "unknown")
MAPS = ("dm/mohdm6", "obj/obj_team2", "dm/mohdm1")
SIMPLE_ACTS = (
    "jump", "crouch", "prone", "reload", "weapon_reload_done", "weapon_change", "weapon_no_ammo", "item_pickup",
    "item_drop", "health_pickup", "ammo_pickup", "armor_pickup", "ladder_mount", "player_spawn", "chat", "door_open",
    "door_close", "use", "player_spectate", "vehicle_enter", "vehicle_crash", "turret_enter", "objective_capture",
    "objective_update", "grenade_throw", "player_bash", "player_roadkill", "player_telefragged", "player_crushed",
    "player_suicide", "player_teamkill", "death", "player_pain", "land", "some_future_event",
)  # fmt: skip


def row(event_type: str, at: datetime, **columns: Any) -> Row:
    """One event; what is not given is neutral. `at` becomes event_time; it arrived now, so that it is kept."""
    made = neutral_row()
    made[INDEX["event_type"]] = made[INDEX["event_name"]] = event_type
    made[INDEX["event_time"]] = milliseconds(at)
    made[INDEX["received_at"]] = milliseconds(datetime.now(UTC))
    made[INDEX["server_id"]] = "server-1"
    made[INDEX["match_id"]] = match_uuid("match_1", "server-1", "")
    made[INDEX["map_name"]], made[INDEX["gametype"]] = "dm/mohdm6", "ffa"
    for name, value in columns.items():
        made[INDEX[name]] = value
    return made


def kill(at: datetime, attacker: str, victim: str, **columns: Any) -> Row:
    """A player_kill; without `kill_kind` what the guids say in a free-for-all."""
    kind = "world" if not attacker else "suicide" if attacker == victim else "kill"
    named = {"player_name": f"name of {attacker}" if attacker else "", "target_name": f"name of {victim}"}
    given = {
        "weapon": "Thompson",
        "hitloc": "torso_upper",
        "mod": "bullet",
        "kill_kind": kind,
        **named,
        **columns,
    }
    return row("player_kill", at, player_guid=attacker, target_guid=victim, **given)


def milliseconds(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def value(of: Row, name: str) -> Any:
    return of[INDEX[name]]


async def store(clickhouse: ClickHouse, rows: Sequence[Row], token: str) -> None:
    """Insert the rows as one batch."""
    columns = [list(column) for column in zip(*rows, strict=True)]
    await clickhouse.insert("raw_events", NAMES, columns, token=token)


class Match:
    """A match to be played: where, when, what, by whom."""

    def __init__(self, chance: random.Random, number: int, began: datetime) -> None:
        self.server = f"server-{number % 2 + 1}"
        self.wire_id = f"match_{number:016x}"
        self.uuid: UUID = match_uuid(self.wire_id, self.server, "")
        self.gametype = ("ffa", "tdm", "obj")[number % 3]
        self.map_name = MAPS[number % len(MAPS)]
        self.began, self.seconds = began, chance.randrange(300, 2400)
        scope = hashlib.sha256(self.wire_id.encode()).hexdigest()[:8]
        members = [str(n) for n in chance.sample(range(40, 52), 5)]
        self.players = members + [f"unauth_{slot}@{scope}" for slot in range(4)]
        self.bots = {f"unauth_{slot}@{scope}" for slot in (2, 3)}
        self.teams = {guid: chance.choice(("allies", "axis", "allies", "axis", "")) for guid in self.players}
        self.names = {guid: f"{chance.choice(('Ace', 'Bär', 'Кот'))}_{guid[:8]}" for guid in self.players}

    def block(self, chance: random.Random, prefix: str, guid: str) -> dict[str, Any]:
        known = chance.random() < 0.9
        return {
            f"{prefix}_guid": guid,
            f"{prefix}_name": self.names[guid] if chance.random() < 0.95 else "",
            f"{prefix}_team": self.teams[guid],
            f"{prefix}_smf_id": int(guid) if guid.isdigit() else 0,
            f"{prefix}_x": round(chance.uniform(-2000, 2000), 3) if known else 0.0,
            f"{prefix}_y": round(chance.uniform(-2000, 2000), 3) if known else 0.0,
            f"{prefix}_z": round(chance.uniform(1, 200), 3) if known else 0.0,
            f"{prefix}_stance": chance.choice(("stand", "stand", "crouch", "prone", "")),
            f"{prefix}_is_bot": guid in self.bots,
        }

    def event(self, chance: random.Random, event_type: str, **columns: Any) -> Row:
        at = self.began + timedelta(milliseconds=chance.randrange(self.seconds * 1000))
        common = {
            "server_id": self.server, "match_id": self.uuid, "match_wire_id": self.wire_id,
            "map_name": self.map_name, "gametype": self.gametype,
            "event_id": f"{chance.getrandbits(64):x}" if chance.random() < 0.2 else "",
        }  # fmt: skip
        return row(event_type, at, **common, **columns)


def a_world(seed: int, events: int) -> list[Row]:
    """`events` events of eight matches on two servers, from 30 October to 2 November 2026, shuffled.

    Bots, suicides, team kills, deaths by the world, unknown positions, names that change, a match over midnight and one
    over the month's end, matches that end with a winner, without one, or never.
    """
    chance = random.Random(seed)
    first = datetime(2026, 10, 30, 20, tzinfo=UTC)
    matches = [Match(chance, n, first + timedelta(hours=9 * n)) for n in range(8)]
    # Eight matches, nine hours apart: number 3 runs over the month's end, number 5 over a midnight.
    matches[3].began, matches[3].seconds = datetime(2026, 10, 31, 23, 50, tzinfo=UTC), 1800
    matches[5].began, matches[5].seconds = datetime(2026, 11, 1, 23, 40, tzinfo=UTC), 2000
    rows = [_act(chance, chance.choice(matches)) for _ in range(events)]
    for number, match in enumerate(matches):
        rows += _gameflow(chance, match, ends=number % 4 != 1)
    chance.shuffle(rows)
    return rows


def _gameflow(chance: random.Random, match: Match, ends: bool) -> list[Row]:
    rows = [match.event(chance, "match_start", attributes={"maxclients": "16"})]
    for _ in range(5):
        scores = {"allies_score": str(chance.randrange(50)), "axis_score": str(chance.randrange(50))}
        players = float(chance.randrange(10))
        rows.append(
            match.event(
                chance, "heartbeat", amount=players, round_number=chance.randrange(4), attributes=scores
            )
        )
    rows.append(
        match.event(chance, "team_win", attributes={"winning_team": chance.choice(("allies", "axis"))})
    )
    if ends:
        winner = chance.choice(("allies", "axis", "unknown", ""))
        rows.append(
            match.event(chance, "match_end", attributes={"winning_team": winner, "total_rounds": "3"})
        )
    return rows


def _act(chance: random.Random, match: Match) -> Row:
    if chance.random() < 0.002:
        guid = chance.choice(match.players)
        match.names[guid] = f"Renamed_{chance.randrange(1000)}"
    kind = chance.choices(
        ("kill", "damage", "weapon_fire", "weapon_hit", "distance", "other"), (12, 15, 25, 15, 13, 20)
    )[0]
    actor = chance.choice(match.players)
    if kind == "kill":
        return _kill(chance, match, actor)
    if kind == "damage":
        attacker = chance.choice((actor, actor, ""))
        victim = chance.choice((chance.choice(match.players), actor))
        columns = {"damage": round(chance.uniform(0, 100), 3), "weapon": chance.choice((*WEAPONS[:-1], ""))}
        who = match.block(chance, "player", attacker) if attacker else {}
        return match.event(
            chance,
            "damage",
            **who,
            **match.block(chance, "target", victim),
            **columns,
            hitloc=chance.choice(HITLOCS),
        )
    who = match.block(chance, "player", actor)
    if kind == "weapon_hit":
        target = match.block(chance, "target", chance.choice(match.players))
        weapon = chance.choice((*WEAPONS[:-1], ""))
        return match.event(chance, kind, **who, **target, weapon=weapon, hitloc=chance.choice(HITLOCS))
    if kind == "weapon_fire":
        return match.event(chance, kind, **who, weapon=chance.choice(WEAPONS[:-1]))
    if kind == "distance":
        ways = {way: round(chance.uniform(0, 200), 3) for way in ("walked", "sprinted", "swam", "driven")}
        return match.event(chance, kind, **who, **ways)
    return match.event(chance, chance.choice(SIMPLE_ACTS), **who)


def _kill(chance: random.Random, match: Match, actor: str) -> Row:
    victim = chance.choice([guid for guid in match.players if guid != actor])
    kind = chance.choices(("kill", "team_kill", "suicide", "world", "bot"), (70, 8, 6, 8, 8))[0]
    if kind == "team_kill" and match.gametype == "ffa":
        kind = "kill"
    if kind == "bot":
        victim = chance.choice([bot for bot in match.bots if bot != actor])
    if kind == "suicide":
        victim = actor
    who = {} if kind == "world" else match.block(chance, "player", actor)
    target = match.block(chance, "target", victim)
    made = match.event(
        chance,
        "bot_killed" if kind == "bot" else "player_kill",
        **who,
        **target,
        kill_kind=kind,
        weapon=chance.choice(WEAPONS),
        hitloc=chance.choice(HITLOCS),
        mod=chance.choice(MODS),
        damage=round(chance.uniform(50, 200), 3),
    )
    here, there = ([value(made, f"{side}_{axis}") for axis in "xyz"] for side in ("player", "target"))
    if any(here) and any(there):
        made[INDEX["distance_units"]] = math.dist(here, there)
    return made
