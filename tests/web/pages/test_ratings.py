"""The board of ratings, with values of its own."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

from clickhouse.client import ClickHouse
from query.rating_boards import MATCHES_MIN
from tests.query.rows import kill, store
from tests.web.conftest import Serve

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)


async def rated(clickhouse: ClickHouse, guid: str, mu: float, sigma: float, matches: int) -> None:
    """As if so many matches had been rated, after the last of which the player is `mu` and `sigma`."""
    for number in range(matches):
        at = (AT + timedelta(hours=number)).strftime("%Y-%m-%d %H:%M:%S")
        last = number == matches - 1
        after = f"{mu if last else 25}, {sigma if last else 8}"
        await clickhouse.command(
            f"INSERT INTO match_ratings VALUES ('mohaa', 1, '{guid}', '{at}', '{UUID(int=number)}', 1, 25, 8, {after}, now64())"
        )


async def test_the_board_ranks_by_rating_who_played_enough(serve: Serve, clickhouse: ClickHouse) -> None:
    named = {"40": "Ann", "41": "<i>Bob", "42": "Rookie"}
    rows = [
        kill(AT, guid, "9", player_name=name, match_id=UUID(int=int(guid))) for guid, name in named.items()
    ]
    await store(clickhouse, rows, "names")
    await clickhouse.command(
        "INSERT INTO rating_runs (game, run, reason, finished_at) VALUES ('mohaa', 1, 'first', now64())"
    )
    await rated(clickhouse, "40", 30.0, 5.0, MATCHES_MIN)
    await rated(clickhouse, "41", 28.0, 2.0, MATCHES_MIN + 2)
    await rated(clickhouse, "42", 50.0, 1.0, MATCHES_MIN - 1)
    async with serve(clickhouse=clickhouse) as served:
        answer = await served.get(
            "/leaderboards/rating", headers={"Accept": "text/html", "Accept-Encoding": "identity"}
        )
    body = answer.text.partition("<tbody>")[2].partition("</tbody>")[0]
    rows_shown = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in body.split("</tr>")[:-1]]
    found = [[re.sub(r"<[^>]*>", "", cell) for cell in cells[:-1]] for cells in rows_shown]
    # 28 - 3 x 2 is more than 30 - 3 x 5: who is surer leads; of four matches nobody is on the board.
    assert found == [
        ["1", "&lt;i&gt;Bob", "1\u202f880", "28.0", "2.0", str(MATCHES_MIN + 2)],
        ["2", "Ann", "1\u202f600", "30.0", "5.0", str(MATCHES_MIN)],
    ]
