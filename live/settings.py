"""Settings of what is live: how long silence is taken for presence, and every bound of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from schema.settings import setting


@dataclass(frozen=True)
class LiveSettings:
    """Boards, presence and streams of the matches being played."""

    SECTION: ClassVar[str] = "live"

    enabled: bool = setting(True, "Whether the writer keeps live boards in Redis.")
    # Scripts send a heartbeat every half minute; the same five minutes as in the answers about the past.
    silent_max_s: int = setting(
        300,
        "Seconds of silence after which a server is offline, a player gone and a match no longer live.",
        minimum=5,
        maximum=86_400,
    )
    board_keep_s: int = setting(
        900, "Seconds a board is kept in Redis after its last event.", minimum=10, maximum=86_400
    )
    history_s: int = setting(
        3600,
        "Events that were this old when they arrived are history and change no board, seconds.",
        minimum=60,
        maximum=86_400,
    )
    # A server whose game-flow module is off plays one match for as long as its process runs.
    rebuild_s: int = setting(
        6 * 3600,
        "How far back raw events are read to make a board again, seconds.",
        minimum=60,
        maximum=7 * 86_400,
    )
    players_max: int = setting(
        128,
        "Players on one board; above it those who were silent longest leave it.",
        minimum=2,
        maximum=1000,
    )
    feed_max: int = setting(50, "Kills kept in the feed of one board.", minimum=1, maximum=500)
    # One, but for a key that several game servers share.
    boards_per_server_max: int = setting(
        64, "Boards kept of one server; the oldest go first.", minimum=1, maximum=1000
    )
    present_max: int = setting(20_000, "Players whose whereabouts are kept.", minimum=100, maximum=1_000_000)
    replay_s: int = setting(
        300, "Seconds a reader of a stream may have been away and miss nothing.", minimum=1, maximum=3600
    )
    replay_events_max: int = setting(
        5000, "Changes of boards kept for such readers, over all matches.", minimum=10, maximum=1_000_000
    )
    readers_max: int = setting(
        2000, "Open streams of one web process; more are answered 503.", minimum=1, maximum=100_000
    )
    # Half a minute of a busy match; who is further behind reads nothing at all.
    reader_bytes_max: int = setting(
        256 * 1024,
        "Bytes waiting for one reader above which the reader is dropped.",
        minimum=4096,
        maximum=64 * 1024 * 1024,
    )
    write_timeout_s: float = setting(
        20.0, "Seconds a reader may take nothing before it is dropped.", minimum=0.1, maximum=600
    )
    heartbeat_s: float = setting(
        15.0, "Seconds between two signs of life on a silent stream.", minimum=0.1, maximum=300
    )
    retry_s: float = setting(
        3.0, "Seconds after which a reader that lost its stream should come again.", minimum=0.1, maximum=300
    )


@dataclass(frozen=True)
class WebhookSettings:
    """Addresses that are told of matches and records (`statline webhooks`)."""

    SECTION: ClassVar[str] = "webhooks"

    allow_private_addresses: bool = setting(
        False,
        "Whether webhooks may lead into private networks and to this machine. Whoever may add a webhook can then reach "
        "what only this machine can.",
    )
    news_s: int = setting(
        3600,
        "Matches that ended longer ago are history, of which nobody is told, seconds.",
        minimum=60,
        maximum=30 * 86_400,
    )
