"""Now, as answers of the live folder need it."""

from __future__ import annotations

from datetime import UTC, datetime

from live.boards import Moment
from web.world import World


def moment_of(world: World) -> Moment:
    """The moment of the request, with the registry's servers and the settings in force."""
    return Moment(datetime.now(UTC), world.keys.server_names(), world.live.settings)
