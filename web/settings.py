"""Settings of the HTTP door: every bound that a stranger on the network can press against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from schema.settings import setting


@dataclass(frozen=True)
class WebSettings:
    """Limits of requests and connections, who may read from a browser, and what is logged."""

    SECTION: ClassVar[str] = "web"

    body_bytes_max: int = setting(
        1_048_576,
        "Largest request body in bytes, compressed and decompressed alike; above it 413.",
        minimum=1024,
        maximum=64 * 1024 * 1024,
    )
    # A held report keeps its body in memory for a second and more; without this, connections_max bodies.
    bodies_bytes_max: int = setting(
        128 * 1024 * 1024,
        "Bytes of request bodies one web process holds at a time; above it 429.",
        minimum=1024,
        maximum=64 * 1024**3,
    )
    # spec/openmohaa.md 2.1: read 10 s, idle 120 s.
    read_timeout_s: float = setting(
        10.0, "Seconds a sender may take for one request body; after them 408.", minimum=0.05, maximum=600
    )
    idle_timeout_s: float = setting(
        120.0, "Seconds a connection may stay without a complete request.", minimum=0.05, maximum=3600
    )
    connections_max: int = setting(
        4096,
        "Connections one web process holds, as far as its limit of open files allows; more are answered 503.",
        minimum=1,
        maximum=1_000_000,
    )
    header_bytes_max: int = setting(
        8190, "Largest request line and largest single header in bytes.", minimum=512, maximum=65_536
    )
    headers_max: int = setting(100, "Headers one request may carry.", minimum=8, maximum=1000)
    # A refused body is read on for this long, so that the sender sees the answer and not a reset.
    linger_s: float = setting(
        1.0, "Seconds the rest of a refused body is read and thrown away.", minimum=0, maximum=30
    )
    check_timeout_s: float = setting(
        1.0,
        "Seconds /ready waits for each store, and for which it remembers the answer.",
        minimum=0.05,
        maximum=30,
    )
    stop_timeout_s: float = setting(
        3.0, "Seconds running requests may take to finish when the server stops.", minimum=0, maximum=600
    )
    slow_request_s: float = setting(
        1.0, "A request that took longer is logged as slow, seconds.", minimum=0.001, maximum=3600
    )
    log_requests: str = setting(
        "problems",
        "Which requests are logged: those that failed or were slow, or all.",
        choices=("problems", "all"),
    )
    reads_per_address: int = setting(
        1000,
        "Reads one address (IPv6: one /64) may make in 10 seconds; above it 429. 0: no limit.",
        minimum=0,
        maximum=10_000_000,
    )
    # The forum asks for all its visitors with one key.
    reads_per_key: int = setting(
        20_000,
        "Reads that carry one game server's key may make in 10 seconds; above it 429. 0: no limit.",
        minimum=0,
        maximum=10_000_000,
    )
    # What comes from this machine is a proxy on it or a tool, not a visitor.
    unlimited_networks: tuple[str, ...] = setting(
        ("127.0.0.0/8", "::1/128"), "Networks whose reads are not limited."
    )
    trusted_proxies: tuple[str, ...] = setting(
        (), "Networks of proxies whose X-Forwarded-For says whose address a request comes from."
    )
    # A proxy that speaks TLS for us is not seen here, and an http address in a frame of an https page is refused.
    public_url: str = setting(
        "",
        "Address under which visitors reach the site (https://stats.example.com), for links that are copied elsewhere; "
        "empty: as the request says.",
    )
    map_images_dir: str = setting(
        "",
        "Folder with pictures of maps for their heat maps (docs/map-images.md): <map>.png, .jpg or .webp; empty: none.",
    )
    cors_origins: tuple[str, ...] = setting(
        ("*",), "Origins whose pages may read the answers from a browser; * for any."
    )
