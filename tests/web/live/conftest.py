"""A server and a stage on the same stores."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from clickhouse.client import ClickHouse
from live.settings import LiveSettings
from tests.live.conftest import Stage


@pytest.fixture
async def live(serve: Callable[..., Any], clickhouse: ClickHouse) -> AsyncIterator[tuple[Any, Stage]]:
    async with serve(clickhouse=clickhouse) as served:
        yield served, Stage(clickhouse, served.world.live, LiveSettings())
