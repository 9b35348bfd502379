"""One Python function for each key shape: the plan of `ingest/plans.py` as straight code (measured 1.5 x a loop).

No text of a sender ever stands in the source: values come in as arguments, names and types as constants of the
function's namespace. The function handles what honest senders send; for anything else (a number that is none,
an infinite one, a very long text) it gives up, and `fill_row` does the event with full care.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from math import hypot
from typing import Any, Final

from ingest import values as read
from ingest.plans import Kind, Plan, Slot
from schema.columns import COLUMNS, Row
from schema.gametypes import FOLDED
from schema.hit_locations import HIT_LOCATIONS
from schema.means_of_death import MEANS_OF_DEATH
from schema.stances import STANCES
from schema.teams import CONTROLLERS, TEAMS

Source = Generator[str, None, str]
"""Lines of source; returns the name of the variable that they leave."""

Filler = Callable[[Sequence[str], bytes], Row | None]
"""(values, raw) -> row, or None (or ValueError) when the values need `fill_row`."""

KEYS_MAX: Final = 128
"""Shapes of more keys are not compiled: no sender has them, and the source would grow with them."""

_ATTRIBUTE_CHARS: Final = read.ATTRIBUTE_BYTES_MAX // 4
_FLOATS: Final = (Kind.FLOAT32, Kind.FLOAT64, Kind.DAMAGE)
_INTEGERS: Final = {Kind.UINT16: read.UINT16_MAX, Kind.UINT64: 2**63 - 1}
_WORDS: Final = {
    Kind.TEAM: "TEAMS",
    Kind.CONTROLLER: "CONTROLLERS",
    Kind.STANCE: "STANCES",
    Kind.HIT_LOCATION: "HIT_LOCATIONS",
    Kind.MEANS_OF_DEATH: "MEANS_OF_DEATH",
    Kind.BOOLEAN: "BOOLEANS",
}
_NAMESPACE: Final = {
    "TEAMS": TEAMS,
    "CONTROLLERS": CONTROLLERS,
    "STANCES": STANCES,
    "HIT_LOCATIONS": HIT_LOCATIONS,
    "MEANS_OF_DEATH": MEANS_OF_DEATH,
    "GAMETYPES": FOLDED,
    "BOOLEANS": read.BOOLEANS,
    "number_text": read.number_text,
    "plain_name": read.plain_name,
    "hypot": hypot,
}


def can_compile(plan: Plan, key_count: int) -> bool:
    """Whether a plan has a compiled form: not the few that need the raw bytes or the type changed."""
    return key_count <= KEYS_MAX and not plan.secret and plan.door_state < 0


def compile_plan(plan: Plan, key_count: int) -> Filler:
    """The function for a plan over `key_count` values."""
    constants: dict[str, Any] = {**_NAMESPACE, "EVENT_TYPE": plan.event_type, "EVENT_NAME": plan.event_name}
    source = "\n".join(_source(plan, key_count, constants))
    exec(compile(source, "<key shape>", "exec"), constants)  # noqa: S102  # made of our own words only, see above
    filler: Filler = constants["fill"]
    return filler


def _source(plan: Plan, key_count: int, constants: dict[str, Any]) -> Iterator[str]:
    values = ", ".join(f"v{i}" for i in range(key_count))
    yield "def fill(values, raw):"
    yield f"    ({values},) = values"
    yield "    attributes = {}"
    yield from _time_source(plan)
    expressions = {
        "event_type": "EVENT_TYPE",
        "event_name": "EVENT_NAME",
        "raw": "raw",
        "attributes": "attributes",
    }
    expressions |= {"event_time": "unix_ms", "game_time": "game_s"}
    texts: list[str] = []
    floats: list[str] = []
    for number, slot in enumerate(plan.columns):
        value = f"c{number}"
        text = yield from _choice_source(slot, value, constants)
        value = yield from _column_source(slot.kind, value, text)
        expressions[slot.name] = value
        if slot.kind in _FLOATS:
            floats.append(value)
        elif slot.kind in {Kind.TEXT, Kind.NAME}:
            texts.append(value)
    lengths: list[str] = []
    for number, slot in enumerate(plan.attributes):
        text = yield from _choice_source(slot, f"a{number}", constants)
        yield from _attribute_source(slot, text, number, constants)
        lengths.append(text)
    yield from _check_source(texts, floats, lengths)
    row = ", ".join(expressions.get(column.name) or _neutral(column.neutral) for column in COLUMNS)
    yield f"    return [{row}]"


def _neutral(value: Any) -> str:
    assert value is None or isinstance(value, str | int | float), "a neutral value is a plain constant"
    return repr(value)


def _time_source(plan: Plan) -> Iterator[str]:
    if plan.time < 0:
        yield "    unix_ms, game_s = None, 0.0"
        return
    yield f"    game_s = float(v{plan.time})"
    yield f"    if 0.0 <= game_s < {read.UNIX_TIME_MIN_S!r}:"
    yield "        unix_ms = None"
    yield f"    elif {read.UNIX_TIME_MIN_S!r} <= game_s <= {read.UNIX_TIME_MAX_S!r}:"
    yield "        unix_ms, game_s = int(game_s * 1000.0 + 0.5), 0.0"
    yield "    else:"
    yield "        return None"


def _choice_source(slot: Slot, value: str, constants: dict[str, Any]) -> Source:
    """The first non-empty source, as `fill_row` chooses it. Returns the variable that holds it: `value`, or the only source."""
    first, *others = slot.sources
    if not others:
        return f"v{first.position}"
    yield f"    {value} = v{first.position}"
    for position, spare in others:
        yield f"    if not {value}:"
        yield f"        {value} = v{position}"
        if spare:
            constants[f"SPARE_{position}"] = spare
            yield f"    elif v{position} and v{position} != {value}:"
            yield f"        if len(v{position}) > {_ATTRIBUTE_CHARS}: return None"
            yield f"        attributes[SPARE_{position}] = v{position}"
    return value


def _column_source(kind: Kind, value: str, text: str) -> Source:
    """Make the column's `value` of the chosen text. Returns the variable that holds it: the text itself may be it."""
    if kind in _FLOATS:
        yield f"    {value} = float({text})"
        if kind is Kind.DAMAGE:
            yield f"    if {value} < 0.0: return None"
    elif kind in _INTEGERS:
        yield f"    {value} = int({text})"
        yield f"    if not 0 <= {value} <= {_INTEGERS[kind]}: return None"
    elif kind in _WORDS:
        yield f"    {value} = {_WORDS[kind]}[{text}]"
    elif kind is Kind.GAMETYPE:
        yield f"    {value} = GAMETYPES[{text}]"
        yield f"    if not {value}: return None"
    elif kind is Kind.NAME:
        yield f"    {value} = plain_name({text}) if '^' in {text} else {text}"
    else:
        return text
    return value


def _attribute_source(slot: Slot, value: str, number: int, constants: dict[str, Any]) -> Iterator[str]:
    constants[f"ATTRIBUTE_{number}"] = slot.name
    converted = value
    if slot.kind in _WORDS:
        converted = f"{_WORDS[slot.kind]}[{value}]"
    elif slot.kind is Kind.NUMBER_TEXT:
        converted = f"number_text({value})"
    yield f"    if {value}: attributes[ATTRIBUTE_{number}] = {converted}"


def _check_source(texts: list[str], floats: list[str], lengths: list[str]) -> Iterator[str]:
    """Bounds, all at once: one sum or one call costs less than a check of each value."""
    if floats:  # hypot is NaN or infinite if one of them is
        yield f"    if not hypot({', '.join(floats)}) < 1e9: return None"
    for found, limit in ((texts, read.TEXT_CHARS_MAX), (lengths, _ATTRIBUTE_CHARS)):
        if found:
            yield f"    if {' + '.join(f'len({value})' for value in found)} > {limit}: return None"
