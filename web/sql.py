"""SQL over HTTP: POST /api/v1/sql runs a statement; saved ones have a module of their own (web/saved_queries.py).

Who asks logs in as an analyst (`statline analysts add`, HTTP Basic). ClickHouse runs the statement with his rights and
limits: reading one database, `readonly = 1`. One statement of an analyst runs at a time, on however many nodes.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import msgspec
from aiohttp import hdrs, web

from clickhouse.reading import Answer, Login, StatementRefused
from postgres import turns
from web.analysts import login_of, refusal
from web.bodies import read_body
from web.endpoints import Body, Endpoints
from web.errors import HttpError, bad_request, not_found
from web.forms import accepted
from web.parameters import part
from web.world import WORLD, World

API: Final = "/api/v1"
WRITE_TIME_MAX_S: Final = 60.0
"""How long a client may leave an answer unread before its statement is stopped."""
LOOK_EVERY_S: Final = 0.5
"""How often a statement under way looks whether somebody still waits for it."""
PARAMETERS_MAX: Final = 100
STATEMENTS_MAX: Final = 2
"""Statements that one process runs at once: each holds one of its few connections to Postgres."""


@dataclass(frozen=True)
class Form:
    """One form of an answer: ClickHouse's name for it and the content type."""

    name: str
    content_type: str


FORMS: Final[Mapping[str, Form]] = MappingProxyType(
    {
        "json": Form("JSON", "application/json"),
        "ndjson": Form("JSONEachRow", "application/x-ndjson"),
        "csv": Form("CSVWithNames", "text/csv"),
        "tsv": Form("TSVWithNames", "text/tab-separated-values"),
        "parquet": Form("Parquet", "application/vnd.apache.parquet"),
        "arrow": Form("Arrow", "application/vnd.apache.arrow.file"),
    }
)
"""By suffix of the path; Accept chooses by content type."""

RUNNING: Final = web.AppKey("RUNNING", set[str])


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """A statement as JSON; `parameters` fill its `{name:Type}`."""

    query: str
    parameters: dict[str, str | int | float | bool] = {}


class SqlRows(msgspec.Struct, frozen=True, kw_only=True):
    """The rows of a statement as ClickHouse's format JSON has them."""

    meta: list[dict[str, str]]
    """Name and type of each column."""
    data: list[dict[str, Any]]
    rows: int


FORM: Final = part("form", f"The form of the answer: {', '.join(FORMS)}; without it Accept chooses")

_BODY: Final = Body(
    "SQL, or the same as JSON; `?param_x=` also fills `{x:Type}`",
    {"text/plain": str, "application/json": Statement},
)
_MEDIA_BY_SUFFIX: Final = {suffix: form.content_type for suffix, form in FORMS.items()}
MEDIA: Final = tuple(_MEDIA_BY_SUFFIX.values())
ERRORS: Final = {
    400: "The statement is wrong, or a parameter is missing",
    403: "The statement wants more than the analyst may",
    404: "No such form, or no query of this name",
    408: "The statement ran out of its time, or its body came too slowly",
    413: "The answer or the memory is beyond the analyst's limits, or the body is too large",
    429: "One statement of an analyst runs at a time",
    503: "ClickHouse or Postgres is away",
}

endpoints = Endpoints("sql")


@endpoints.post(
    f"{API}/sql", f"{API}/sql.{{form:[a-z]+}}",
    answers=SqlRows, media=MEDIA, parameters=[FORM], body=_BODY, caller="analyst", errors=ERRORS,
)  # fmt: skip
async def post_sql(request: web.Request) -> web.StreamResponse:
    """Run a statement: the body is SQL, or `{"query": …, "parameters": {…}}` as JSON; `?param_x=` also fills `{x:Type}`."""
    login = login_of(request)
    form = form_of(request, FORM.of(request))
    body = await read_body(request, request.app[WORLD].settings)
    sql, parameters = _statement(request, body)
    return await run_statement(request, login, sql, form, parameters)


async def run_statement(
    request: web.Request,
    login: Login,
    sql: str,
    form: Form,
    parameters: Mapping[str, str],
    *,
    attachment: str = "",
) -> web.StreamResponse:
    """Run a statement with the rights of a login, and answer in a form; `attachment` names the file it is saved as."""
    world = request.app[WORLD]
    try:
        async with (
            _while_connected(request),
            _alone(request.app[RUNNING], world, login.name),
            world.reader.read(login, sql, form.name, parameters) as answer,
        ):
            response = await _send(request, answer, form, attachment)
    except StatementRefused as error:
        raise refusal(error) from None
    # Not before his turn is given back: who has read the end of an answer may ask again at once.
    await response.write_eof()
    return response


async def _send(request: web.Request, answer: Answer, form: Form, attachment: str) -> web.StreamResponse:
    """Pass the answer on as it comes, all but its end. A failure after it began cuts the connection: a part is never taken for the whole."""
    response = web.StreamResponse(headers={hdrs.CACHE_CONTROL: "private, no-store"})
    response.content_type = form.content_type if answer.form == form.name else "application/octet-stream"
    if attachment:
        suffix = next(suffix for suffix, known in FORMS.items() if known is form)
        response.headers[hdrs.CONTENT_DISPOSITION] = f'inline; filename="{attachment}.{suffix}"'
    await response.prepare(request)
    try:
        async for piece in answer.pieces:
            async with asyncio.timeout(WRITE_TIME_MAX_S):
                await response.write(piece)
    except BaseException:
        if request.transport is not None:
            request.transport.abort()
        raise
    return response


@asynccontextmanager
async def _while_connected(request: web.Request) -> AsyncIterator[None]:
    """Stop what is inside when the client is gone: ClickHouse then stops the statement, and his turn is free."""
    handler = asyncio.current_task()
    assert handler is not None

    async def watch() -> None:
        while request.transport is not None and not request.transport.is_closing():  # noqa: ASYNC110 - aiohttp tells nobody
            await asyncio.sleep(LOOK_EVERY_S)
        handler.cancel()

    watching = asyncio.create_task(watch())
    try:
        yield
    finally:
        watching.cancel()


@asynccontextmanager
async def _alone(running: set[str], world: World, name: str) -> AsyncIterator[None]:
    """One statement of an analyst at a time: in this process by `running`, among all by his turn in Postgres."""
    if name in running:
        raise _busy("Another statement of yours is running")
    if len(running) >= STATEMENTS_MAX:
        raise _busy("Other analysts' statements are running")
    running.add(name)
    try:
        async with turns.taken(world.postgres, name) as is_his:
            if not is_his:
                raise _busy("Another statement of yours is running")
            yield
    finally:
        running.discard(name)


def _busy(text: str) -> HttpError:
    return HttpError(429, text, reason="one_statement_at_a_time", retry_after_s=1)


def _statement(request: web.Request, body: bytes) -> tuple[str, dict[str, str]]:
    parameters = {
        name.removeprefix("param_"): value
        for name, value in request.query.items()
        if name.startswith("param_")
    }
    try:
        if request.content_type == "application/json":
            asked = msgspec.json.decode(body, type=Statement)
            parameters |= {name: _text(value) for name, value in asked.parameters.items()}
            sql = asked.query
        else:
            sql = body.decode()
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise bad_request(
            f'The body must be SQL in UTF-8, or {{"query": …, "parameters": {{…}}}}: {error}'
        ) from None
    if not sql.strip():
        raise bad_request("The body holds no statement")
    if len(parameters) > PARAMETERS_MAX:
        raise bad_request(f"At most {PARAMETERS_MAX} parameters")
    return sql, parameters


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def form_of(request: web.Request, suffix: str) -> Form:
    """The form of the suffix, else the first of Accept that is known, else JSON."""
    if suffix:
        if suffix not in FORMS:
            raise not_found(f"No such form: {suffix} (known: {', '.join(FORMS)})")
        return FORMS[suffix]
    return FORMS[accepted(request, _MEDIA_BY_SUFFIX) or "json"]
