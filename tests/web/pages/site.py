"""A statline with data to look at: a real `statline serve`, simulated matches, and players with names of every kind."""

from __future__ import annotations

import contextlib
import json
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import resvg_py

from tests.statline.node import Node, new_node, statline

MATCHES: Final = 2
DEMO: Final = (
    "--matches",
    str(MATCHES),
    "--players",
    "12",
    "--minutes",
    "3",
    "--seed",
    "11",
    "--speed",
    "max",
)
WITHIN_S: Final = 180.0

CROWD: Final = 200
"""Players of the match `crowd`."""

HOSTILE: Final = {
    "hostile-script": "<script>document.title='owned'</script>",
    "hostile-image": "<img src=x onerror=\"document.title='owned'\">",
    "hostile-quotes": "\"'><svg/onload=document.title='owned'>",
    "hostile-template": "{{ 7 * 7 }}{% raw %}${7*7}",
    "hostile-closing": "</script></title></textarea>-->",
    "long-name": "Feldwebel" * 12,
    "right-to-left": "\u202eقناص الصحراء\u202c שלום",
    "emoji/slash?&#%": "🪖 100% & more",
    "colour-codes": "^a<b>Red^x",
}
"""Guid -> name of players that do their best to break a page."""


@dataclass(frozen=True)
class Site:
    """A running site: its address, and what it shows."""

    node: Node
    url: str

    def json(self, path: str) -> Any:
        """An answer of the API."""
        with urllib.request.urlopen(self.url + path, timeout=60) as answer:
            return json.load(answer)

    def post(self, *events: dict[str, object], token: str = "") -> None:
        """Report events as the first server, or as that of `token`."""
        body = "\n".join(json.dumps(event) for event in events).encode()
        status, _ = self.node.ask("/api/v1/ingest/events", token or self.node.token, body)
        assert status == 202

    def register(self, server: str) -> str:
        """Another game server's token."""
        token: str = json.loads(statline(self.node, "servers", "add", server, "--format", "json").stdout)[
            "token"
        ]
        return token

    def leader(self) -> str:
        """The guid of who leads by kills."""
        guid: str = self.json("/api/v1/stats/leaderboard/kills?limit=1")["players"][0]["player_id"]
        return guid

    def newest_match(self) -> str:
        """The id of the newest simulated match, whatever tests play themselves meanwhile."""
        found = [one for one in self.json("/api/v1/stats/matches") if one["server_name"].startswith("Demo")]
        newest: str = found[0]["id"]
        return newest

    def map_of_newest(self) -> str:
        """The map of the newest simulated match, as a part of an address."""
        summary = self.json(f"/api/v1/stats/match/{self.newest_match()}")["summary"]
        return urllib.parse.quote(summary["map_name"], safe="")

    def server(self) -> str:
        """The id of the server with most kills."""
        first: str = self.json("/api/v1/servers")[0]["id"]
        return first


@contextlib.contextmanager
def open_site(*, with_data: bool = True) -> Iterator[Site]:
    """A site of its own, stopped and removed on leaving."""
    with new_node() as node:
        # What is reported shows soon: tests wait for it often. Sooner, and the data come in hundreds of inserts.
        node.start(STATLINE_INGEST_LINGER_S="0.3", STATLINE_WEB_MAP_IMAGES_DIR=str(node.folder / "maps"))
        until(lambda: node.address or node.code is not None)
        assert node.code is None, node.err.read_text()
        site = Site(node, node.address)
        if with_data:
            _fill(site)
        yield site


def _fill(site: Site) -> None:
    played = statline(site.node, "demo", *DEMO, "--url", site.url)
    assert played.returncode == 0, played.stderr
    site.post(*_hostile_events())
    site.post(*_crowd())
    until(lambda: site.node.is_ready() and site.node.ask("/ready")[1]["queueDepth"] == 0)
    until(lambda: site.json("/api/v1/stats/player/hostile-script?x=1")["kills"])
    _draw_map(site)


def _draw_map(site: Site) -> None:
    """The operator's picture of the map that was played last, in units of the game."""
    folder = site.node.folder / "maps"
    folder.mkdir()
    name = urllib.parse.unquote(site.map_of_newest()).rpartition("/")[2]
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><circle cx="32" cy="32" r="30"/></svg>'
    (folder / f"{name}.png").write_bytes(bytes(resvg_py.svg_to_bytes(svg_string=svg)))
    (folder / f"{name}.json").write_text('{"left": -3000, "right": 3000, "bottom": -3000, "top": 3000}')


def _hostile_events() -> Iterator[dict[str, object]]:
    """A duel of everybody with everybody's neighbour, on a map and a weapon that are no better."""
    players = list(HOSTILE.items())
    for number, (guid, name) in enumerate(players):
        other_guid, other_name = players[(number + 1) % len(players)]
        for kill in range(3):
            yield {
                "type": "player_kill", "match_id": "hostile", "session_id": "sess_hostile",
                "timestamp": f"{10 + number * 10 + kill}.5", "map_name": "dm/<b>map</b>",
                "attacker_guid": guid, "attacker_name": name, "victim_guid": other_guid, "victim_name": other_name,
                "weapon": "<i>Thompson</i>", "hitloc": "head",
            }  # fmt: skip


def _crowd() -> Iterator[dict[str, object]]:
    """A match of two hundred, all of whom kill somebody; the game colours names by ^ and a digit."""
    for number in range(CROWD):
        yield {
            "type": "player_kill", "match_id": "crowd", "session_id": "sess_crowd", "gametype": "2",
            "timestamp": f"{10 + number}.5", "map_name": "dm/mohdm7", "weapon": "Kar98",
            "attacker_guid": f"crowd-{number}", "attacker_name": f"^{number % 10}Crowd ^1{number}",
            "attacker_team": ("american", "german")[number % 2], "victim_guid": f"crowd-{(number + 1) % CROWD}",
            "victim_name": f"Crowd {(number + 1) % CROWD}", "victim_team": ("german", "american")[number % 2],
        }  # fmt: skip


def until(condition: Any) -> None:
    deadline = time.monotonic() + WITHIN_S
    while not condition():
        assert time.monotonic() < deadline, "not so in time"
        time.sleep(0.05)
