"""S0, the yardstick of an HTTP edge: aiohttp on uvloop that reads a body and answers 202, and does nothing else.

What this machine takes for a request that no program on aiohttp can be below. `python -m bench.peers.bare PORT`.
"""

from __future__ import annotations

import asyncio
import sys

import uvloop
from aiohttp import web


async def accept(request: web.Request) -> web.Response:
    """Read, and answer without a body."""
    await request.read()
    return web.Response(status=202)


async def serve(port: int) -> None:
    """Serve on loopback until the process is ended."""
    app = web.Application()
    app.router.add_post("/api/v1/ingest/events", accept)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
