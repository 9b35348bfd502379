"""What Redis knows of servers, laid over answers from the tables: newer by the views' and the cache's delay."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from cache.errors import RedisUnavailable
from live.servers import ServerNow, servers_now
from schema.answers.servers import ServerItem
from web.moments import moment_of
from web.world import World


async def with_live(world: World, items: Sequence[ServerItem]) -> list[ServerItem]:
    """The servers as they are now; as they were where Redis is away or knows nothing of them."""
    try:
        known = await servers_now(world.live, [item.id for item in items], moment_of(world))
    except RedisUnavailable:
        return list(items)
    return [_merged(item, known.get(item.id)) for item in items]


def _merged(item: ServerItem, now: ServerNow | None) -> ServerItem:
    if now is None or now.last_seen is None:
        return item
    if item.last_seen is not None and item.last_seen > now.last_seen and not now.is_online:
        return item
    return msgspec.structs.replace(
        item,
        is_online=now.is_online,
        current_players=now.current_players,
        players=now.current_players,
        max_players=now.max_players or item.max_players,
        current_map=now.map_name or item.current_map,
        gametype=now.gametype or item.gametype,
        last_seen=max(now.last_seen, item.last_seen or now.last_seen),
    )
