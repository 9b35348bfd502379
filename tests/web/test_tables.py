"""Lists of answers as CSV and Parquet."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet
import pytest
from aiohttp import web

from tests.web.conftest import Answer, Serve
from web.answers import answer
from web.endpoints import Endpoints
from web.parameters import number
from web.tables import Table, as_csv, as_parquet, table_of


class Side(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    kills: int


class Row(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    kills: int
    kd: float
    is_bot: bool
    at: datetime
    value: int | float | str
    place: int | None
    best: Side | None
    weapons: list[str]


class Page(msgspec.Struct, frozen=True, kw_only=True):
    rows: list[Row]
    next_cursor: str | None


class Count(msgspec.Struct, frozen=True, kw_only=True):
    total: int


AT = datetime(2026, 11, 25, 21, 4, 5, 678000, UTC)
FULL = Row(
    name='=1+1, "x"\nžluťoučký', kills=2**40, kd=0.5, is_bot=True, at=AT, value="12.3%", place=None,
    best=Side(name="+Ann", kills=3), weapons=["KAR98", "=bar"],
)  # fmt: skip
BARE = Row(
    name="Bob", kills=-1, kd=2.0, is_bot=False, at=AT, value=7, place=1, best=None, weapons=[]
)  # fmt: skip
HEADER = ["name", "kills", "kd", "is_bot", "at", "value", "place", "best_name", "best_kills", "weapons"]


def table(kind: Any, field: str = "") -> Table:
    found = table_of((kind,), field)
    assert found is not None
    return found


def written(kind: Any, value: Any, field: str = "") -> tuple[list[list[str]], pa.Table]:
    """What CSV and Parquet of an answer hold."""
    one = table(kind, field)
    rows, _ = one.read(msgspec.json.encode(value))
    text = as_csv(one, rows).decode()
    return list(csv.reader(io.StringIO(text, newline=""))), pyarrow.parquet.read_table(
        io.BytesIO(as_parquet(one, rows))
    )


def test_a_row_is_one_line_of_csv_and_its_texts_are_no_formulas() -> None:
    lines, _ = written(list[Row], [FULL, BARE])
    assert lines == [
        HEADER,
        ["'" + FULL.name, str(2**40), "0.5", "true", "2026-11-25T21:04:05.678000Z", "12.3%", "", "'+Ann", "3", '["KAR98","=bar"]'],
        ["Bob", "-1", "2.0", "false", "2026-11-25T21:04:05.678000Z", "7", "1", "", "", "[]"],
    ]  # fmt: skip


def test_parquet_keeps_types_and_texts_as_they_are() -> None:
    _, found = written(list[Row], [FULL, BARE])
    assert found.schema.names == HEADER
    assert [str(kind) for kind in found.schema.types] == [
        "string", "int64", "double", "bool", "timestamp[ms, tz=UTC]", "string", "int64", "string", "int64", "string",
    ]  # fmt: skip
    first = found.to_pylist()[0]
    assert (first["name"], first["best_name"], first["at"], first["place"]) == (FULL.name, "+Ann", AT, None)


def test_an_empty_list_has_the_columns_of_a_full_one() -> None:
    lines, found = written(list[Row], [])
    assert lines == [HEADER]
    assert (found.schema.names, found.num_rows) == (HEADER, 0)
    assert str(found.schema.field("kills").type) == "int64"


def test_a_list_in_a_field_is_read_with_the_cursor_behind_it() -> None:
    one = table(Page, "rows")
    rows, cursor = one.read(msgspec.json.encode(Page(rows=[BARE], next_cursor="abc")))
    assert (len(rows), cursor) == (1, "abc")


@pytest.mark.parametrize(
    ("kind", "value", "lines"),
    [
        (dict[str, list[Side]], {"kills": [Side(name="A", kills=1), Side(name="B", kills=2)]}, [["kills", "A", "1"], ["kills", "B", "2"]]),
        (dict[str, Side], {"=x": Side(name="A", kills=1)}, [["'=x", "A", "1"]]),
        (dict[str, int], {"head": 3}, [["head", "3"]]),
    ],
)  # fmt: skip
def test_a_mapping_has_its_keys_as_the_first_column(kind: Any, value: Any, lines: list[list[str]]) -> None:
    found, _ = written(kind, value)
    assert found[0][0] == "key"
    assert found[1:] == lines


def test_what_holds_no_list_has_no_table() -> None:
    assert table_of((Count,), "") is None
    assert table_of((), "") is None
    with pytest.raises(ValueError, match="no list in 'rows'"):
        table_of((Count,), "rows")
    with pytest.raises(ValueError, match="no list in 'total'"):
        table_of((Count,), "total")


def endpoints() -> Endpoints:
    made = Endpoints("test")
    count, limit = (
        number("count", "Only how many", default=0, least=0, most=1),
        number("limit", "How many", default=2, least=1, most=2),
    )

    @made.get(
        "/things",
        "/things/of/{who:.+}",
        answers=(Page, Count),
        rows="rows",
        parameters=[count, limit],
        cache="list",
    )
    async def get_things(request: web.Request) -> web.Response:
        """Things."""

        async def produce() -> Page | Count:
            if count.of(request):
                return Count(total=2)
            return Page(
                rows=[FULL, BARE][: limit.of(request)], next_cursor="c/1" if limit.of(request) == 1 else None
            )

        return await answer(request, produce)

    return made  # fmt: skip


async def test_suffix_format_and_accept_choose_the_form_in_this_order(serve: Serve) -> None:
    async with serve(endpoints()) as served:

        async def media(path: str, **headers: str) -> str:
            return (await served.get(path, headers=headers)).headers["Content-Type"]

        csv_type, parquet = "text/csv; charset=utf-8", "application/vnd.apache.parquet"
        assert await media("/things.csv") == csv_type
        assert await media("/things/of/a/b.parquet?format=csv") == parquet
        assert await media("/things?format=CSV", Accept=parquet) == csv_type
        assert await media("/things", Accept=f"text/html, {parquet};q=0.9") == parquet
        assert await media("/things", Accept="*/*") == "application/json"
        assert await media("/things", Accept="application/json, text/csv") == "application/json"
        assert await media("/things", Accept="application/json;q=0.1, TEXT/CSV ; q=0.5") == csv_type
        assert await media("/things", Accept="text/csv;q=0, application/json") == "application/json"
        assert await media("/things", Accept="text/csv;q=0") == "application/json"
        assert await media("/things", Accept="text/csv;q=2, application/json;q=0.9") == csv_type
        unknown = await served.get("/things?format=xls")
        assert (unknown.status, unknown.json["error"]) == (400, "format is one of json, csv, parquet")
        assert (await served.get("/things.xls")).status == 404


async def test_the_same_answer_from_the_cache_serves_every_form(serve: Serve) -> None:
    async with serve(endpoints()) as served:
        forms = ["/things", "/things.csv", "/things?format=parquet"]
        answers = [await served.get(path) for path in forms]
        assert [one.headers["X-Cache"] for one in answers] == ["miss", "hit", "hit"]
        assert [one.headers["Vary"].split(", ")[0] for one in answers] == ["Accept"] * 3
        tags = [one.headers["ETag"] for one in answers]
        assert len(set(tags)) == 3
        assert 'filename="things.csv"' in answers[1].headers["Content-Disposition"]
        for path, tag in zip(forms, tags, strict=True):
            statuses = [(await served.get(path, headers={"If-None-Match": one})).status for one in tags]
            assert statuses == [304 if one == tag else 200 for one in tags]


async def test_the_link_leads_to_the_next_page_in_the_same_form(serve: Serve) -> None:
    async with serve(endpoints()) as served:
        first = await served.get("/things.csv?limit=1&offset=5")
        assert first.headers["Link"] == '</things.csv?limit=1&cursor=c/1>; rel="next"'
        assert "Link" not in (await served.get("/things.csv?limit=2")).headers


async def test_a_number_is_no_list(serve: Serve) -> None:
    async with serve(endpoints()) as served:
        refused: Answer = await served.get("/things.csv?count=1")
        assert (refused.status, refused.json["type"]) == (400, "urn:statline:problem:no_list")
        assert (await served.get("/things?count=1")).json == {"total": 2}
