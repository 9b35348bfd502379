"""The bytes of the script: JSON arrays of the current one, form-encoded lines of the legacy one, and when they go out.

Field order and number formats follow spec/openmohaa.md 1.3, 1.4 and 2.4.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from statline.demo.events import Event, Fields, MatchIds, Value

JSON_TYPE: Final = "application/json"
FORM_TYPE: Final = "application/x-www-form-urlencoded"

BATCH_EVENTS_MAX: Final = 20
FLUSH_MS: Final = 2000
FLUSH_AT_ONCE: Final = frozenset({"player_kill", "map_shutdown"})

# What must be encoded in a form-encoded line: the separators, the escape itself, and what the original's reader refuses.
ENCODED: Final = str.maketrans({"%": "%25", "&": "%26", "=": "%3D", "+": "%2B", ";": "%3B", " ": "+", "\n": "%0A", "\r": "%0D"})  # fmt: skip


class Batch(NamedTuple):
    """Events the script sends together, and the map time (ms) at which it does."""

    due_ms: int
    events: list[Event]


def batches(events: Iterable[Event]) -> Iterator[Batch]:
    """Group events as the script's queue does: 20 at most, 2 s at most, at once after a kill and at map shutdown."""
    queue: list[Event] = []
    for event in events:
        if queue and event.at_ms - queue[0].at_ms >= FLUSH_MS:
            yield Batch(queue[0].at_ms + FLUSH_MS, queue)
            queue = []
        queue.append(event)
        if len(queue) >= BATCH_EVENTS_MAX or event.type in FLUSH_AT_ONCE:
            yield Batch(event.at_ms, queue)
            queue = []
    if queue:
        yield Batch(queue[-1].at_ms, queue)


def json_object(event: Event, ids: MatchIds) -> dict[str, Value]:
    """The event as the current script's JSON object: no map_name but in match_start and match_end."""
    base: Fields = [
        ("type", event.type),
        ("match_id", ids.match_id),
        ("session_id", ids.session_id),
        ("timestamp", timestamp(event)),
    ]
    return dict([*base, *event.fields])


def json_body(events: Iterable[Event], ids: MatchIds) -> bytes:
    """One JSON array of events."""
    objects = (json_object(event, ids) for event in events)
    return json.dumps(list(objects), ensure_ascii=False, separators=(",", ":")).encode()


def form_fields(event: Event, ids: MatchIds) -> list[tuple[str, str]]:
    """The event's fields in the legacy builder's order, as text: base fields with map_name, then the handler's."""
    base: Fields = [
        ("type", event.type),
        ("match_id", ids.match_id),
        ("timestamp", timestamp(event)),
        ("session_id", ids.session_id),
        ("map_name", ids.map_name),
    ]
    own = (field for field in event.fields if field[0] != "map_name")
    return [(key, text(value)) for key, value in (*base, *own)]


def form_line(event: Event, ids: MatchIds) -> bytes:
    """The event as one form-encoded line."""
    return "&".join(f"{key}={value.translate(ENCODED)}" for key, value in form_fields(event, ids)).encode()


def timestamp(event: Event) -> str:
    """Map time in seconds with three decimals, as the script casts level.time."""
    return f"{event.at_ms / 1000:.3f}"


def text(value: Value) -> str:
    """A value as the script casts it: floats with three decimals."""
    return f"{value:.3f}" if isinstance(value, float) else str(value)
