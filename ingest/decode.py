"""From a raw event to its row: read keys and values, find the plan of its key shape, fill the columns.

Decoding never fails: whatever cannot be read takes its neutral value, and the raw bytes stay in the row.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, Final, NamedTuple

from ingest.compiled import KEYS_MAX, Filler, can_compile, compile_plan
from ingest.formats import RawEvent
from ingest.lines import read_line
from ingest.objects import LenientObject, Object, parse_object
from ingest.plans import Keys, Plan, fill_row, plan_shape
from ingest.redaction import redact_line, redact_object
from ingest.values import text_of
from schema.columns import Row

PLANS_MAX: Final = 2048
"""Compiled key shapes kept; 108 types with a few variations each are about 500."""
SIGHTINGS: Final = 8
"""A shape is compiled when it comes this often (compiling costs as much as 100 events), so that random keys are not."""
_SIGHTED_MAX: Final = 8192
_SHAPE_CHARS_MAX: Final = 8192

Shape = tuple[str, Keys]


class _Compiled(NamedTuple):
    plan: Plan
    fill: Filler


class Decoder:
    """Decodes events one after another and remembers the key shapes it meets. Not for use by several threads."""

    def __init__(self, *, plans_max: int = PLANS_MAX, sightings: int = SIGHTINGS) -> None:
        self._plans_max = plans_max
        self._sightings = sightings
        self._compiled: dict[Shape, _Compiled] = {}
        self._latest: dict[str, tuple[Keys, _Compiled]] = {}
        self._sighted: Counter[int] = Counter()

    def decode(self, event: RawEvent) -> Row:
        """The row of one event in COLUMNS order: every "decode" column filled, the others neutral.

        `raw` holds the bytes as received, with the values of secret fields replaced.
        """
        raw = event.raw
        if event.kind == "line":
            keys, values = read_line(raw)
            parsed = None
        else:
            parsed = event.parsed if event.parsed is not None else _parsed(raw)
            keys, values = read_object(parsed, raw)
        try:
            received_type = values[keys.index("type")]
        except ValueError:
            received_type = ""
        known = self._known(received_type, keys)
        if known is None:
            plan = self._sight(received_type, keys)
        else:
            try:
                row = known.fill(values, raw)
            except ValueError:
                row = None
            if row is not None:
                return row
            plan = known.plan
        if plan.secret:
            raw = redact_line(raw) if parsed is None else redact_object(parsed)
        return fill_row(plan, values, raw)

    def _known(self, received_type: str, keys: Keys) -> _Compiled | None:
        """The compiled shape. A type has mostly one: to compare with the one before costs half of hashing every key."""
        latest = self._latest.get(received_type)
        if latest is not None and latest[0] == keys:
            return latest[1]
        known = self._compiled.get((received_type, keys))
        if known is not None:
            self._latest[received_type] = keys, known
        return known

    def _sight(self, received_type: str, keys: Keys) -> Plan:
        """The plan of a shape that is not compiled; compile it when it has come often enough."""
        plan = plan_shape(received_type, keys)
        if len(keys) > KEYS_MAX or len(received_type) + sum(map(len, keys)) > _SHAPE_CHARS_MAX:
            return plan
        shape = (received_type, keys)
        self._sighted[hash(shape)] += 1
        if self._sighted[hash(shape)] >= self._sightings and can_compile(plan, len(keys)):
            self._remember(shape, plan)
        if len(self._sighted) > _SIGHTED_MAX:
            self._sighted.clear()
        return plan

    def _remember(self, shape: Shape, plan: Plan) -> None:
        if len(self._compiled) >= self._plans_max:
            oldest = next(iter(self._compiled))
            del self._compiled[oldest]
            self._latest.pop(oldest[0], None)
        self._compiled[shape] = _Compiled(plan, compile_plan(plan, len(shape[1])))


def decode_generic(event: RawEvent) -> Row:
    """As Decoder.decode, without compiled plans: the reference that they must equal."""
    return Decoder(sightings=2**62).decode(event)


def read_object(parsed: Object, raw: bytes) -> tuple[Keys, list[str]]:
    """Keys and values of a JSON event, every value as text."""
    keys = tuple(parsed)
    values = list(parsed.values())
    if type(parsed) is LenientObject or not _is_all_text(values):
        values = [value if value.__class__ is str else text_of(value) for value in values]
    if raw.find(b"\\") >= 0 and b"\\u0000" in raw:
        keys = tuple(key.replace("\0", "") for key in keys)
        values = [value.replace("\0", "") for value in values]
    return keys, values


def _is_all_text(values: list[Any]) -> bool:
    """Whether there are only strings; to join them is the fastest way to ask."""
    try:
        "".join(values)
    except TypeError:
        return False
    return True


def _parsed(raw: bytes) -> Object:
    parsed = parse_object(raw)
    return parsed if isinstance(parsed, dict) else {}
