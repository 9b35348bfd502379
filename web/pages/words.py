"""Numbers, times and names as pages write them (filters of the templates)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from schema.gametypes import GAMETYPES
from schema.map_names import map_title
from schema.weapons import weapon_name

THIN: Final = "\u202f"
"""Between thousands: a narrow space that does not break."""
LONG_NAME: Final = 18
"""From so many characters a name is set smaller where it is a title."""

_MINUTE_S: Final = 60
_HOUR_S: Final = 3600
_UNITS: Final = (
    ("year", 31_557_600), ("month", 2_629_800), ("week", 604_800), ("day", 86_400), ("hour", _HOUR_S), ("minute", _MINUTE_S),
)  # fmt: skip


def whole(value: float | None) -> str:
    """12 345; a dash for what is unknown."""
    return "–" if value is None else f"{round(value):,}".replace(",", THIN)


def short(value: float) -> str:
    """A large number for a small place: 9 800, 12.4k, 3.1M."""
    if abs(value) < 10_000:
        return whole(value)
    if abs(value) < 1_000_000:
        return f"{value / 1000:.1f}k"
    return f"{value / 1_000_000:.1f}M"


def fixed(value: float | None, digits: int = 2) -> str:
    """1.84; a dash for what is unknown."""
    return "–" if value is None else f"{value:,.{digits}f}".replace(",", THIN)


def share(value: float | None) -> str:
    """A percentage of 0 to 100: 37.5%."""
    return "–" if value is None else f"{value:.1f}%"


def duration(seconds: float) -> str:
    """4 h 12 min, 12 min, 48 s."""
    whole_s = max(0, round(seconds))
    hours, minutes = whole_s // _HOUR_S, whole_s % _HOUR_S // _MINUTE_S
    if hours:
        return f"{whole(hours)} h {minutes} min" if hours < 100 else f"{whole(hours)} h"
    return f"{minutes} min" if minutes else f"{whole_s} s"


def ordinal(rank: int) -> str:
    """1st, 2nd, 3rd, 11th."""
    ending = "th" if 10 <= rank % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(rank % 10, "th")
    return f"{whole(rank)}{ending}"


def stamp(at: datetime) -> str:
    """For machines: 2026-11-25T18:20:00Z."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(at: datetime) -> str:
    """For people without script: 25 Nov 2026, 18:20 UTC."""
    return at.astimezone(UTC).strftime("%-d %b %Y, %H:%M UTC")


def ago(at: datetime, now: datetime | None = None) -> str:
    """5 minutes ago, yesterday: letter for letter what scripts/times.js writes, so that nothing moves when it does."""
    seconds = (at - (now or datetime.now(UTC))).total_seconds()
    for unit, size_s in _UNITS:
        if abs(seconds) >= size_s:
            return _relative(int(seconds / size_s), unit)
    return "just now"


def _relative(count: int, unit: str) -> str:
    """As Intl.RelativeTimeFormat says it in English with `numeric: "auto"`."""
    if abs(count) == 1 and unit not in {"hour", "minute"}:
        when = "last" if count < 0 else "next"
        return {"day": "yesterday" if count < 0 else "tomorrow"}.get(unit, f"{when} {unit}")
    units = f"{whole(abs(count))} {unit}{'s' if abs(count) != 1 else ''}"
    return f"{units} ago" if count < 0 else f"in {units}"


def date(at: datetime) -> str:
    """25 Nov 2026."""
    return at.astimezone(UTC).strftime("%-d %b %Y")


def day(at: datetime) -> str:
    """25 Nov."""
    return at.astimezone(UTC).strftime("%-d %b")


def gametype(name: str) -> str:
    """Free-for-all, Team deathmatch …; an unknown one as it came."""
    known = GAMETYPES.get(name)
    return known.display_name if known else name or "Unknown game type"


def is_long(name: str) -> bool:
    """Whether a name needs the smaller title."""
    return len(name) >= LONG_NAME


def sparkline(values: Sequence[float], width: int = 96, height: int = 28) -> str:
    """The path of a line through the values, scaled into width x height, for the `d` of an SVG path; empty below two."""
    if len(values) < 2:
        return ""
    low, high = min(values), max(values)
    span = (high - low) or 1.0
    step = width / (len(values) - 1)
    points = (
        f"{index * step:.1f} {height - 2 - (value - low) / span * (height - 4):.1f}"
        for index, value in enumerate(values)
    )
    return "M" + "L".join(points)


FILTERS: Final = {
    "whole": whole, "short": short, "fixed": fixed, "share": share, "duration": duration, "ordinal": ordinal,
    "stamp": stamp, "moment": moment, "ago": ago, "day": day, "gametype": gametype, "map_title": map_title,
    "weapon_name": weapon_name, "sparkline": sparkline,
}  # fmt: skip
