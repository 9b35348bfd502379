from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from query.periods import RANGE
from query.scope import EVERYTHING
from web.errors import HttpError
from web.parameters import DECLARED, AnyParameter
from web.stats.parameters import FILTERS, scope


def asked(query: str) -> web.Request:
    app = web.Application()
    request = make_mocked_request("GET", f"/?{query}", app=app)
    declared: Mapping[object, Sequence[AnyParameter]] = {request.match_info.handler: FILTERS}
    app[DECLARED] = declared
    return request


def test_nothing_asked_is_everything() -> None:
    assert scope(asked("")) == EVERYTHING
    assert (
        scope(asked("from=&to=&server=&map=%20&gametype=&weapon=&min_sample=&bots=0&period=all"))
        == EVERYTHING
    )


def test_every_filter_is_read() -> None:
    read = scope(
        asked("period=week&server=s1&map=dm%2Fmohdm6&gametype=TDM&weapon=M1+Garand&bots=1&min_sample=20")
    )
    assert read.period.name == "week"
    assert (read.server_id, read.map_name, read.weapon) == ("s1", "dm/mohdm6", "M1 Garand")
    assert (read.gametype, read.with_bots, read.sample_min) == ("tdm", True, 20)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-02T20:00:00+02:00",
        "2026-11-02T18:00:00Z",
        "2026-11-02t18:00:00.000z",
        "2026-11-02T18:59:59.999999999Z",
    ],
)
def test_a_time_of_any_zone_is_the_hour_of_utc(text: str) -> None:
    for query in (urlencode({"from": text}), f"from={text}"):  # a plus that was not encoded is a space
        span = scope(asked(query)).period
        assert (span.name, span.since) == (RANGE, datetime(2026, 11, 2, 18, tzinfo=UTC))


def test_a_day_is_its_midnight_in_utc() -> None:
    span = scope(asked("from=2026-11-02&to=2026-11-03")).period
    assert (span.since, span.until) == (datetime(2026, 11, 2, tzinfo=UTC), datetime(2026, 11, 3, tzinfo=UTC))


@pytest.mark.parametrize(
    "query",
    ["from=yesterday", "from=2026-11-02T18:00:00", "to=2026-13-01", "from=2026-11-02T25:00:00Z", "from=1762100000",
     "from=%D9%A2%D9%A0%D9%A2%D9%A6-11-02", "from=2026-11-03&to=2026-11-02", "from=2026-11-02&period=week",
     "from=0001-01-01T00:00:00%2B14:00", "gametype=chess", "gametype=0", "min_sample=-1", "min_sample=x",
     "min_sample=1e3", "min_sample=%D9%A3", "min_sample=" + "9" * 5000, "map=" + "x" * 201, "server=" + "x" * 201,
     "weapon=" + "x" * 201, "from=2026-11-02T18:00:60Z", "from=2026-11-02W1"],
)  # fmt: skip
def test_nonsense_is_refused_with_its_name(query: str) -> None:
    with pytest.raises(HttpError) as refused:
        scope(asked(query))
    assert refused.value.status == 400
    assert query.partition("=")[0] in str(refused.value)


def test_an_unknown_period_is_all_of_time_as_it_always_was() -> None:
    assert scope(asked("period=fortnight")) == EVERYTHING
