"""Addresses of the pages: the one place that knows how they are spelt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, urlencode

HOME: Final = "/"
LEADERBOARDS: Final = "/leaderboards"
RATING: Final = "/leaderboards/rating"
MATCHES: Final = "/matches"
MAPS: Final = "/maps"
WEAPONS: Final = "/weapons"
SERVERS: Final = "/servers"
SEARCH: Final = "/search"
LIVE_PART: Final = "/parts/live"
"""What is on now, a part of the front page."""
LIVE_FEED: Final = "/api/v1/live/feed"
"""The event stream of all servers."""
ABOUT_RATING: Final = "/about/rating"


def player(guid: str) -> str:
    """The page of a player."""
    return f"/player/{_part(guid)}"


def comparison(guid: str, other: str = "") -> str:
    """The page that sets a player beside another; without `other` it asks for one."""
    return f"/player/{_part(guid)}/compare" + query_string({"with": other})


def match(match_id: str) -> str:
    """The page of a match."""
    return f"/match/{_part(match_id)}"


def share_image(page: str) -> str:
    """The picture that links to a page show."""
    return f"{page}/share.png"


def game_map(name: str) -> str:
    """The page of a map (`obj/obj_team1` is one segment)."""
    return f"/map/{_part(name)}"


def map_image(name: str) -> str:
    """The operator's picture of a map."""
    return f"/map-image/{_part(name)}"


def weapon(name: str) -> str:
    """The page of a weapon."""
    return f"/weapon/{_part(name)}"


def server(server_id: str) -> str:
    """The page of a server."""
    return f"/server/{_part(server_id)}"


def server_part(server_id: str) -> str:
    """Who plays on a server now, a part of its page."""
    return f"/parts/server/{_part(server_id)}"


def match_stream(match_id: str) -> str:
    """The event stream of a match."""
    return f"/api/v1/live/matches/{_part(match_id)}/events"


def server_stream(server_id: str) -> str:
    """The event stream of a server, from match to match."""
    return f"/api/v1/live/servers/{_part(server_id)}/events"


def query_string(parameters: Mapping[str, object]) -> str:
    """`?a=1&b=2` of what is set; empty when nothing is."""
    kept = {name: value for name, value in parameters.items() if value not in {"", None, False}}
    return f"?{urlencode(kept)}" if kept else ""


def _part(text: str) -> str:
    """One segment of a path, whatever strangers called it."""
    return quote(text, safe="")
