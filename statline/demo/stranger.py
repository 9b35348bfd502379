"""Wild input with known totals: the same match as strangers' servers and tools spell it.

Everything here is allowed by spec/openmohaa.md: aliases (1.2), both spellings of fields (1.3), team and game type
words (1.7, 1.8), raw unencoded text and Windows-1252 bytes (2.1), repeated keys, lines without a type, other clocks
(1.4), missing map names, unknown types and fields, and lines that arrive again in a later request (R14).
"""

from __future__ import annotations

import json
import re
from collections import deque
from datetime import UTC, datetime
from random import Random
from typing import Final, NamedTuple

from statline.demo import wire
from statline.demo.events import Event, Fields, MatchIds, Value

Pairs = list[tuple[str, str]]

ALIASES: Final[dict[str, tuple[str, ...]]] = {
    "player_kill": ("kill", "player_killed"),
    "damage": ("player_damage", "player_damaged"),
    "player_suicide": ("suicide",),
    "player_teamkill": ("teamkill",),
    "weapon_change": ("weapon_switch", "weapon_swap"),
    "jump": ("player_jump",),
    "land": ("player_land",),
    "crouch": ("player_crouch",),
    "player_spawn": ("spawn", "player_spawned"),
    "distance": ("player_distance",),
    "ladder_dismount": ("ladder_unmount",),
    "chat": ("player_say", "player_textMessage", "player_chat"),
    "bot_killed": ("bot_death",),
    "connect": ("client_connect", "player_connected"),
    "disconnect": ("client_disconnect", "player_disconnecting"),
    "team_join": ("client_team_change",),
    "intermission_start": ("intermission",),
}

# The other accepted name of a field: for some types, or ("") for all.
FIELD_SYNONYMS: Final[dict[tuple[str, str], str]] = {
    ("", "mod"): "means_of_death",
    ("", "map"): "map_name",
    ("", "player_x"): "pos_x",
    ("", "player_y"): "pos_y",
    ("", "player_z"): "pos_z",
    ("", "player_pitch"): "aim_pitch",
    ("", "player_yaw"): "aim_yaw",
    ("", "item_name"): "item",
    ("accuracy_summary", "fired"): "shots_fired",
    ("accuracy_summary", "hits"): "shots_hit",
    ("team_win", "teamnum"): "winning_team",
    ("chat", "is_team"): "team_only",
    ("player_auth", "smf_member_id"): "smf_id",
    ("game_init", "gametype"): "game_type",
    ("team_join", "old_team"): "from_team",
    ("team_join", "new_team"): "to_team",
    ("door_open", "entity"): "door",
    ("health_pickup", "count"): "health_restored",
    ("weapon_fire", "ammo_remaining"): "ammo_count",
    ("grenade_throw", "projectile"): "weapon",
    ("grenade_explode", "projectile"): "weapon",
    ("objective_update", "objective_index"): "objective_id",
    ("objective_update", "objective_status"): "status",
    ("round_start", "round_number"): "round",
    ("round_end", "round_number"): "round",
    ("heartbeat", "player_count"): "players",
}
BLOCK_SYNONYMS: Final = {"weapon_hit": ("player_", "attacker_"), "player_teamkill": ("killer_", "attacker_")}
TEAM_SPELLINGS: Final = {"american": ("american", "allies"), "german": ("german", "axis")}
GAMETYPE_SPELLINGS: Final = {
    "1": ("1", "ffa", "dm", "deathmatch"),
    "2": ("2", "tdm"),
    "3": ("3", "roundbased"),
    "4": ("4", "objective", "obj"),
}
NAME_ENDINGS: Final = (
    "",
    "",
    " 100%",
    "; rm -rf",
    " +1",
    " Müller",
    " «Ça»",
    "'s ghost",
    "=x",
    " ^^1z",
    " \N{EURO SIGN}",
)
NO_DAMAGE: Final = ("", "abc", "nan", "--")
REFUSED: Final = (
    b"match_id=match_x&player_name=nobody",
    b"type=&player_guid=1",
    b'{"player_guid":"1"}',
    b"hello",
    b'{"type":',
)
FORM_TAILS: Final = ("&fps=125", "&flag", "&&", "&", "&ping=48&ping=52", "&=empty", "&type=chat")

KEEPS_TEAM: Final = frozenset({"connect", "team_join", "player_spawn", "bot_spawn"})
KEEPS_MAP: Final = frozenset({"map_load_start", "map_init", "match_start"})
VALID_ESCAPE: Final = re.compile(r"%[0-9A-Fa-f]{2}")
REPEAT_FROM_LINES: Final = 200


class Retold(NamedTuple):
    """What a batch became: the events a correct reader counts, the lines, and how many of them have no type."""

    events: list[Event]
    lines: list[bytes]
    rejected: int


class Stranger:
    """Retells a match line by line. `started_at_unix_s` is what servers with a real clock call the map's start."""

    def __init__(self, ids: MatchIds, rng: Random, started_at_unix_s: float) -> None:
        self.ids = ids
        self.rng = rng
        self.started_at_unix_s = started_at_unix_s
        self.name_endings: dict[str, str] = {}
        self.sent: deque[bytes] = deque(maxlen=REPEAT_FROM_LINES)

    def retell(self, events: list[Event]) -> Retold:
        """One request's lines. Repeated lines come only from earlier calls: earlier requests (R14)."""
        told: list[Event] = []
        lines: list[bytes] = []
        fresh: list[bytes] = []
        rejected = 0
        for original in events:
            event = self._rewrite(original)
            told.append(event)
            fresh.append(self._line(event))
            lines.append(fresh[-1])
            if self._chance(0.02):
                lines.append(self.rng.choice(REFUSED))
                rejected += 1
            if self._chance(0.01):
                taunt = Event(
                    "player_taunt",
                    original.at_ms,
                    [("player_guid", "unauth_0"), ("taunt", str(original.at_ms))],
                )
                told.append(taunt)
                lines.append(wire.form_line(taunt, self.ids))
            if self.sent and self._chance(0.03):
                again = self.rng.choice(self.sent)
                if again not in lines:
                    lines.append(again)
        self.sent.extend(fresh)
        return Retold(told, lines, rejected)

    def _chance(self, share: float) -> bool:
        return self.rng.random() < share

    # -- what changes the event itself, and so the totals

    def _rewrite(self, event: Event) -> Event:
        """Names nobody expects, damage that is no number, kills without a weapon."""
        fields: Fields = [
            (key, self._rename(value) if key in PLAYER_NAMES else value) for key, value in event.fields
        ]
        if event.type == "damage" and self._chance(0.03):
            fields = [(key, "0.000" if key == "damage" else value) for key, value in fields]
        if event.type == "player_kill" and self._chance(0.03):
            fields = [field for field in fields if field[0] != "weapon"]
        return event._replace(fields=fields)

    def _rename(self, name: Value) -> str:
        return f"{name}{self.name_endings.setdefault(str(name), self.rng.choice(NAME_ENDINGS))}"

    # -- what changes only its spelling

    def _line(self, event: Event) -> bytes:
        pairs = self._spell(event)
        if self._chance(0.35):
            return self._json_line(pairs)
        raw = self._chance(0.4) and event.type != "disconnect"
        if raw and not any("&" in value or VALID_ESCAPE.search(value) for _, value in pairs):
            return self._raw_line(pairs)
        return self._form_line(pairs)

    def _spell(self, event: Event) -> Pairs:
        """The event's fields as text, with names and values a stranger may use instead."""
        pairs = wire.form_fields(event, self.ids)
        pairs = [(self._key(event.type, key), self._value(event.type, key, value)) for key, value in pairs]
        pairs = [pair for pair in pairs if self._is_told(event.type, pair[0])]
        if event.type in BLOCK_SYNONYMS and self._chance(0.5):
            ours, theirs = BLOCK_SYNONYMS[event.type]
            pairs = [
                (key.replace(ours, theirs, 1) if key.startswith(ours) else key, value) for key, value in pairs
            ]
        if event.type == "player_kill" and not any(key == "attacker_guid" for key, _ in pairs):
            pairs += self.rng.choice(
                ([], [("attacker_guid", "world"), ("attacker_name", "World")], [("attacker_guid", "")])
            )
        if event.type == "door_open" and self._chance(0.5):
            pairs = [("type", "door_state_change"), *pairs[1:], ("state", "open")]
        return first_of_each_key(pairs)

    def _key(self, event_type: str, key: str) -> str:
        if event_type == "weapon_hit":
            return key  # its blocks are renamed as a whole
        synonym = FIELD_SYNONYMS.get((event_type, key)) or FIELD_SYNONYMS.get(("", key))
        return synonym if synonym and self._chance(0.4) else key

    def _value(self, event_type: str, key: str, value: str) -> str:
        if key == "type":
            return self.rng.choice((value, *ALIASES.get(event_type, ())))
        if key == "timestamp":
            return self._timestamp(value)
        if key == "gametype":
            return self.rng.choice(GAMETYPE_SPELLINGS[value])
        if key.endswith("_team"):
            return self.rng.choice(TEAM_SPELLINGS.get(value, (value,)))
        if key == "mod":
            return self.rng.choice((value, f"MOD_{value.upper()}"))
        if event_type == "damage" and key == "damage" and value == "0.000":
            return self.rng.choice(NO_DAMAGE)
        return value

    def _timestamp(self, map_time: str) -> str:
        roll = self.rng.random()
        if roll < 0.8:
            return map_time
        unix_s = self.started_at_unix_s + float(map_time)
        if roll < 0.95:
            return f"{unix_s:.3f}"
        return datetime.fromtimestamp(unix_s, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def _is_told(self, event_type: str, key: str) -> bool:
        """Whether a field is sent at all: the map and the team may be missing once they are known."""
        if key == "map_name" and event_type not in KEEPS_MAP:
            return not self._chance(0.4)
        if key.endswith("_team") and event_type not in KEEPS_TEAM:
            return not self._chance(0.1)
        return True

    def _json_line(self, pairs: Pairs) -> bytes:
        fields: dict[str, object] = {key: self._json_value(key, value) for key, value in pairs}
        if self._chance(0.1):
            fields["extra"] = {"mod_version": "1.3", "list": [1, None, True]}
        return json.dumps(fields, ensure_ascii=self._chance(0.5)).encode()

    def _json_value(self, key: str, value: str) -> object:
        is_number = key in JSON_NUMBERS or key.endswith(("_x", "_y", "_z", "_pitch", "_yaw"))
        if is_number and self._chance(0.5):
            try:
                return json.loads(value)
            except ValueError:
                return value
        return value

    def _raw_line(self, pairs: Pairs) -> bytes:
        text = "&".join(f"{key}={value}" for key, value in pairs)
        return text.encode("cp1252" if self._chance(0.5) else "utf-8")

    def _form_line(self, pairs: Pairs) -> bytes:
        line = "&".join(f"{key}={value.translate(wire.ENCODED)}" for key, value in pairs)
        if self._chance(0.1):
            line += self.rng.choice(FORM_TAILS)
        if self._chance(0.03):
            line += "&" + "&".join(f"{key}=wrong" for key, _ in pairs[1:])  # the first value of a key wins
        if self._chance(0.03):
            line = self.rng.choice(("\0", "  ", "\t")) + line + "\r"
        return line.encode()


JSON_NUMBERS: Final = frozenset(
    {"timestamp", "damage", "distance", "walked", "total_distance", "fired", "hits", "duration"}
)
PLAYER_NAMES: Final = frozenset({"player_name", "attacker_name", "victim_name", "target_name", "killer_name"})


def first_of_each_key(pairs: Pairs) -> Pairs:
    """The pairs without later ones of a key already there (a synonym may meet its twin)."""
    first: dict[str, str] = {}
    for key, value in pairs:
        first.setdefault(key, value)
    return list(first.items())
