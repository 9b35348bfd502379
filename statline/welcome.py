"""What a first start shows: where statline is and how to send it a first event."""

from __future__ import annotations

from typing import Final

from postgres.servers import NewKey

FIRST_SERVER: Final = "first-server"
_ANYWHERE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - compared, not bound


def address(host: str, port: int) -> str:
    """The URL under which this machine reaches the web role."""
    host = _ANYWHERE.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def first_event(url: str, key: NewKey) -> str:
    """A command line that sends one event with the new key, and the page that then shows it."""
    event = (
        '{"type":"player_kill","match_id":"first-match","map_name":"dm/mohdm1",'
        '"attacker_guid":"g-alice","attacker_name":"Alice","victim_guid":"g-bob","victim_name":"Bob",'
        '"weapon":"Thompson","hitloc":"head"}'
    )
    return (
        f"\nFirst start: server '{FIRST_SERVER}' was registered. Send it a first event:\n\n"
        f"  curl -X POST {url}/api/v1/ingest/events -H 'X-Server-Token: {key.token}' \\\n    -d '{event}'\n\n"
        f"and a second later read the answer:\n\n  curl {url}/api/v1/stats/player/g-alice\n\n"
        "The token is shown only now; a new one: statline servers rotate first-server\n"
    )
