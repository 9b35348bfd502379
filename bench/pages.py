"""How long the server needs for each page of the site, as a visitor asks for it: computed, and with its answers remembered.

The time is that of the whole request on one connection, rendering and compression included. What a browser loads besides (styles, scripts, fonts) is measured by tests/web/pages/test_every_page.py.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from bench.queries import Asker, fill, something_known
from bench.server import Server

LEVELS: Final = (1_000_000,)
COLD: Final = 6
CACHED: Final = 100
CACHED_P95_MS_MAX: Final = 50.0
"""What was asked for."""


def run(events: Sequence[int] = LEVELS) -> dict[str, Any]:
    """Fill and ask at each level."""
    with tempfile.TemporaryDirectory(prefix="statline-bench-") as folder:
        server = Server(Path(folder) / "data")
        server.ready()
        try:
            asked, levels, filled = Asker(server, accept="text/html"), {}, 0
            for level in events:
                filled = fill(asked, filled, level, max(events))
                figures = {path: asked.measured(path, COLD, CACHED) for path in paths(something_known(asked))}
                levels[str(level)] = {"pages": figures, "slow": _slow(figures)}
                _say(level, figures)
            return {"levels": levels}
        finally:
            server.stop()


def paths(known: Mapping[str, str]) -> list[str]:
    """Every kind of page. No server is registered here, so none has a page of its own."""
    player, other, match = (quote(known[name], safe="") for name in ("guid", "other", "match_id"))
    return [
        "/", "/leaderboards", "/leaderboards?stat=accuracy&period=month", "/leaderboards?map=dm/mohdm6", "/leaderboards/rating",
        f"/player/{player}", f"/player/{player}/compare?with={other}", f"/match/{match}", "/matches", "/maps",
        "/map/dm%2Fmohdm6", "/weapons", "/weapon/Thompson", "/servers", "/search?q=p", f"/search?q={match[:8]}", "/about/rating",
        f"/embed/player/{player}?part=performance", f"/share/player/{player}",
    ]  # fmt: skip


def _slow(figures: Mapping[str, Mapping[str, float]]) -> list[str]:
    return [path for path, one in figures.items() if one["cached_p95_ms"] > CACHED_P95_MS_MAX]


def _say(level: int, figures: Mapping[str, Mapping[str, float]]) -> None:
    print(f"  {'page':60} {'cold p50':>9} {'p95':>7} {'cached p50':>10} {'p95':>7}", flush=True)
    for path, one in figures.items():
        print(
            f"  {path[:60]:60} {one['cold_p50_ms']:9.1f} {one['cold_p95_ms']:7.1f} "
            f"{one['cached_p50_ms']:10.2f} {one['cached_p95_ms']:7.2f}",
            flush=True,
        )
    print(f"  {level:,} events: {len(figures)} pages, {len(_slow(figures))} above {CACHED_P95_MS_MAX:.0f} ms")
