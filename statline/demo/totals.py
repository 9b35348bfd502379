"""What must come out: totals counted from the simulated events by spec/openmohaa.md 1.10, in plain Python.

Deliberately shares nothing with `schema/` and `ingest/`: it is the second opinion they are tested against.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from statline.demo.events import MatchIds

TEAMS: Final = {"american": "allies", "allies": "allies", "german": "axis", "axis": "axis"}
GAMETYPE_NAMES: Final = {"1": "ffa", "2": "tdm", "3": "round", "4": "obj", "5": "tow", "6": "lib"}
TEAM_GAMETYPES: Final = frozenset({"2", "3", "4", "5", "6"})
HEAD: Final = frozenset({"head", "helmet"})
COLOUR: Final = re.compile(r"\^[0-9]")
BLOCKS: Final = ("player", "attacker", "victim", "target", "killer")
COUNTS: Final = (
    "kills", "kills_wire", "deaths", "headshots", "shots_fired", "shots_hit", "suicides", "teamkills", "world_deaths", "bot_kills",
)  # fmt: skip


class PlayerTotals:
    """One player's counts; damage in thousandths of a point, so that sums are exact."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.damage_dealt_milli = self.damage_taken_milli = self.damage_dealt_trunc = 0
        self.weapon_kills: Counter[str] = Counter()
        self.weapon_headshots: Counter[str] = Counter()
        self.name = ""

    def as_json(self) -> dict[str, Any]:
        """The player's entry of an expected file."""
        return {
            **{name: self.counts[name] for name in COUNTS[:4]},
            "damage_dealt": self.damage_dealt_milli / 1000,
            "damage_dealt_trunc": self.damage_dealt_trunc,
            "damage_taken": self.damage_taken_milli / 1000,
            **{name: self.counts[name] for name in COUNTS[4:]},
            "weapon_kills": dict(sorted(self.weapon_kills.items())),
            "weapon_headshots": dict(sorted(self.weapon_headshots.items())),
            "name": self.name,
        }


class MatchTotals:
    """Counts one match. Feed it each event once, as the fields a correct reader of the wire arrives at."""

    def __init__(self, ids: MatchIds) -> None:
        self.ids = ids
        self.players: dict[str, PlayerTotals] = {}
        self.teams: dict[str, str] = {}
        self.event_types: Counter[str] = Counter()

    def add(self, event_type: str, fields: Mapping[str, object]) -> None:
        """Count one event: its canonical type and its fields under the script's names."""
        self.event_types[event_type] += 1
        event = {key: str(value) for key, value in fields.items()}
        self._remember(event)
        match event_type:
            case "player_kill":
                self._player_kill(event)
            case "bot_killed":
                self._bot_killed(event)
            case "damage":
                self._damage(event)
            case "weapon_fire":
                self._player(event["player_guid"]).counts["shots_fired"] += 1
            case "weapon_hit":
                self._player(event["player_guid"]).counts["shots_hit"] += 1
            case _:
                pass

    def as_json(self, file: str, lines: int) -> dict[str, Any]:
        """The expected file's content for this match (the shape of spec/openmohaa-samples/expected.json)."""
        return {
            "file": file,
            "match_id": self.ids.match_id,
            "match_uuid": match_uuid(self.ids.match_id),
            "map": self.ids.map_name,
            "gametype": self.ids.gametype,
            "gametype_name": GAMETYPE_NAMES[self.ids.gametype],
            "lines": lines,
            "rejected": 0,
            "players": {guid: player.as_json() for guid, player in self.players.items()},
            "totals": self.totals(),
            "event_types": dict(sorted(self.event_types.items())),
        }

    def totals(self) -> dict[str, Any]:
        """Sums over all players."""
        everyone = self.players.values()
        sums: dict[str, Any] = {name: sum(player.counts[name] for player in everyone) for name in COUNTS}
        return {**sums, "damage_dealt": sum(player.damage_dealt_milli for player in everyone) / 1000}

    def _player(self, guid: str) -> PlayerTotals:
        return self.players.setdefault(guid, PlayerTotals())

    def _remember(self, event: Mapping[str, str]) -> None:
        for prefix in BLOCKS:
            guid = event.get(f"{prefix}_guid", "")
            if not guid:
                continue
            player = self._player(guid)
            player.name = COLOUR.sub("", event.get(f"{prefix}_name", "")) or player.name
            team = TEAMS.get(event.get(f"{prefix}_team", ""))
            if team:
                self.teams[guid] = team

    def _team(self, event: Mapping[str, str], prefix: str) -> str:
        own = TEAMS.get(event.get(f"{prefix}_team", ""))
        return own or self.teams.get(event[f"{prefix}_guid"], "")

    def _player_kill(self, event: Mapping[str, str]) -> None:
        attacker, victim = event.get("attacker_guid", ""), event["victim_guid"]
        self._player(victim).counts["deaths"] += 1  # R4
        if attacker in {"", "world"}:
            self._player(victim).counts["world_deaths"] += 1  # R5
            return
        killer = self._player(attacker)
        killer.counts["kills_wire"] += 1
        if attacker == victim:
            killer.counts["suicides"] += 1  # R3
        elif self._is_team_kill(event):
            killer.counts["teamkills"] += 1  # R2
        else:
            self._kill(killer, event)

    def _kill(self, killer: PlayerTotals, event: Mapping[str, str]) -> None:
        weapon = event.get("weapon") or "unknown"  # R10
        killer.counts["kills"] += 1  # R1
        killer.weapon_kills[weapon] += 1
        if event.get("hitloc") in HEAD:  # R6
            killer.counts["headshots"] += 1
            killer.weapon_headshots[weapon] += 1

    def _is_team_kill(self, event: Mapping[str, str]) -> bool:
        if self.ids.gametype not in TEAM_GAMETYPES:
            return False
        team = self._team(event, "attacker")
        return team != "" and team == self._team(event, "victim")

    def _bot_killed(self, event: Mapping[str, str]) -> None:
        self._player(event["victim_guid"]).counts["deaths"] += 1  # R4
        if event.get("attacker_guid", "") not in {"", "world"}:
            self._player(event["attacker_guid"]).counts["bot_kills"] += 1  # R7

    def _damage(self, event: Mapping[str, str]) -> None:
        milli = round(float(event["damage"]) * 1000)
        attacker, victim = event.get("attacker_guid", ""), event["victim_guid"]
        self._player(victim).damage_taken_milli += milli
        if attacker not in {"", "world", victim}:  # R8
            self._player(attacker).damage_dealt_milli += milli
            self._player(attacker).damage_dealt_trunc += milli // 1000


def match_uuid(match_id: str) -> str:
    """The version-3 UUID, in the all-zero namespace, under which a match is served (spec/openmohaa.md 2.6)."""
    digest = hashlib.md5(bytes(16) + match_id.encode(), usedforsecurity=False).digest()
    return str(uuid.UUID(bytes=digest, version=3))
