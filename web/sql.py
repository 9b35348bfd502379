"""SQL over HTTP: POST /api/v1/sql runs a statement, GET /api/v1/sql/queries/{name} a saved one.

Who asks logs in as an analyst (`statline analysts add`, HTTP Basic). ClickHouse runs the statement with his rights and
limits: reading one database, `readonly = 1`. One statement of an analyst runs at a time, on however many nodes.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import msgspec
from aiohttp import hdrs, web

from clickhouse.reading import Answer, Login, StatementRefused
from postgres import saved_queries, turns
from postgres.errors import QueryRefused
from postgres.saved_queries import SavedQuery
from web.bodies import read_body
from web.endpoints import Body, Endpoints
from web.errors import HttpError, bad_request, not_found
from web.forms import accepted
from web.parameters import part
from web.responses import json_response
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

_CODES: Final[Mapping[int, tuple[int, str]]] = MappingProxyType(
    {
        159: (408, "over_time"),
        160: (408, "over_time"),
        516: (401, "unauthenticated"),
        497: (403, "forbidden"),
        164: (403, "forbidden"),
        202: (429, "busy"),
        241: (413, "over_memory"),
        396: (413, "over_rows"),
    }
)
"""ClickHouse code -> status and reason; every other refusal is 400."""
_PARAMETER: Final = re.compile(r"\{\s*([A-Za-z_]\w*)\s*:\s*([^{}]+?)\s*\}")
_QUERY_NAME: Final = re.compile(r"([a-z][a-z0-9_-]{0,63})(?:\.([a-z]+))?")
RUNNING: Final = web.AppKey("RUNNING", set[str])


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """A statement as JSON; `parameters` fill its `{name:Type}`."""

    query: str
    parameters: dict[str, str | int | float | bool] = {}


class NewQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A query to save."""

    query: str
    description: str = ""


class QueryItem(msgspec.Struct, frozen=True, kw_only=True):
    """A saved query: `parameters` are its names and types, `url` is where it runs."""

    name: str
    owner: str
    query: str
    description: str
    parameters: dict[str, str]
    url: str


class SqlRows(msgspec.Struct, frozen=True, kw_only=True):
    """The rows of a statement as ClickHouse's format JSON has them."""

    meta: list[dict[str, str]]
    """Name and type of each column."""
    data: list[dict[str, Any]]
    rows: int


class QueryList(msgspec.Struct, frozen=True, kw_only=True):
    """GET /sql/queries."""

    queries: list[QueryItem]


FORM: Final = part("form", f"The form of the answer: {', '.join(FORMS)}; without it Accept chooses")
NAME: Final = part("name", "The query's name; a suffix such as `.csv` chooses the form of the answer")

_BODY: Final = Body(
    "SQL, or the same as JSON; `?param_x=` also fills `{x:Type}`",
    {"text/plain": str, "application/json": Statement},
)
_MEDIA_BY_SUFFIX: Final = {suffix: form.content_type for suffix, form in FORMS.items()}
_MEDIA: Final = tuple(_MEDIA_BY_SUFFIX.values())
_ERRORS: Final = {
    400: "The statement is wrong, or a parameter is missing",
    403: "The statement wants more than the analyst may",
    404: "No such form, or no query of this name",
    408: "The statement ran out of its time, or its body came too slowly",
    413: "The answer or the memory is beyond the analyst's limits, or the body is too large",
    429: "One statement of an analyst runs at a time",
    503: "ClickHouse or Postgres is away",
}
_STORED: Final = {
    400: "The body is no query that can be saved",
    404: "No query of this name",
    408: "The body came too slowly",
    409: "Another analyst has a query of this name",
    413: "The body is too large",
    429: "Too many logins",
    503: "ClickHouse or Postgres is away",
}
_ONE: Final = f"{API}/sql/queries/{{name}}"

endpoints = Endpoints("sql")


@endpoints.post(
    f"{API}/sql", f"{API}/sql.{{form:[a-z]+}}",
    answers=SqlRows, media=_MEDIA, parameters=[FORM], body=_BODY, caller="analyst", errors=_ERRORS,
)  # fmt: skip
async def post_sql(request: web.Request) -> web.StreamResponse:
    """Run a statement: the body is SQL, or `{"query": …, "parameters": {…}}` as JSON; `?param_x=` also fills `{x:Type}`."""
    login = login_of(request)
    form = _form(request, FORM.of(request))
    body = await read_body(request, request.app[WORLD].settings)
    sql, parameters = _statement(request, body)
    return await _run(request, login, sql, form, parameters)


@endpoints.get(_ONE, answers=SqlRows, media=_MEDIA, parameters=[NAME], caller="analyst", errors=_ERRORS)
async def run_query(request: web.Request) -> web.StreamResponse:
    """Run a saved query with the login of whoever asks; its parameters come as `?name=value`."""
    login = login_of(request)
    name, suffix = _query_name(request)
    saved = await saved_queries.find(request.app[WORLD].postgres, name)
    if saved is None:
        raise not_found("No query of this name")
    return await _run(
        request, login, saved.sql, _form(request, suffix), _given(saved, request), attachment=name
    )


@endpoints.get(
    f"{API}/sql/queries", answers=QueryList, caller="analyst",
    errors={status: _STORED[status] for status in (429, 503)},
)  # fmt: skip
async def get_queries(request: web.Request) -> web.Response:
    """Every saved query."""
    await _authenticated(request)
    found = await saved_queries.listed(request.app[WORLD].postgres)
    return json_response(QueryList(queries=[_item(saved) for saved in found]))


@endpoints.add(
    "PUT", _ONE, answers=QueryItem, parameters=[NAME], caller="analyst", errors=_STORED,
    body=Body("The query", {"application/json": NewQuery}),
)  # fmt: skip
async def put_query(request: web.Request) -> web.Response:
    """Save `{"query": …, "description": …}` under a name, or change one's own."""
    name, _ = _query_name(request)
    login = await _authenticated(request)
    body = await read_body(request, request.app[WORLD].settings)
    try:
        new = msgspec.json.decode(body, type=NewQuery)
        saved = await saved_queries.put(
            request.app[WORLD].postgres, name, login.name, new.query, new.description
        )
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise bad_request(f'The body must be {{"query": "SELECT …", "description": "…"}}: {error}') from None
    except QueryRefused as error:
        raise HttpError(409 if "another" in str(error) else 400, str(error)) from None
    return json_response(_item(saved))


@endpoints.add(
    "DELETE", _ONE, answers={204: None}, parameters=[NAME], caller="analyst",
    errors={status: _STORED[status] for status in (404, 429, 503)},
)  # fmt: skip
async def drop_query(request: web.Request) -> web.Response:
    """Forget a query of one's own."""
    name, _ = _query_name(request)
    login = await _authenticated(request)
    if not await saved_queries.drop(request.app[WORLD].postgres, name, login.name):
        raise not_found("You have no query of this name")
    return web.Response(status=204)


def login_of(request: web.Request) -> Login:
    """The analyst that the request logs in as. Raises HttpError 401."""
    scheme, _, encoded = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
    try:
        if scheme.lower() != "basic":
            raise ValueError(scheme)
        name, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (ValueError, binascii.Error):
        raise _unauthenticated("Log in as an analyst (HTTP Basic): statline analysts add NAME") from None
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,31}", name) or name in ("default", "statline"):
        raise _unauthenticated("No analyst of this name and password")
    if not password.isprintable():
        raise _unauthenticated("No analyst of this name and password")
    return Login(name, password, request.remote or "")


def declared_parameters(sql: str) -> dict[str, str]:
    """Name -> type of each `{name:Type}` in a statement."""
    return dict(_PARAMETER.findall(sql))


async def _run(
    request: web.Request,
    login: Login,
    sql: str,
    form: Form,
    parameters: Mapping[str, str],
    *,
    attachment: str = "",
) -> web.StreamResponse:
    world = request.app[WORLD]
    try:
        async with (
            _while_connected(request),
            _alone(request.app[RUNNING], world, login.name),
            world.reader.read(login, sql, form.name, parameters) as answer,
        ):
            response = await _send(request, answer, form, attachment)
    except StatementRefused as error:
        raise _http_error(error) from None
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


async def _authenticated(request: web.Request) -> Login:
    """The login, once ClickHouse itself has let it in: whoever guesses is slowed down there."""
    login = login_of(request)
    try:
        async with request.app[WORLD].reader.read(login, "SELECT 1", "TSV", {}) as answer:
            async for _ in answer.pieces:
                pass
    except StatementRefused as error:
        raise _http_error(error) from None
    return login


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


def _given(saved: SavedQuery, request: web.Request) -> dict[str, str]:
    """The parameters of a saved query from the URL: all that it declares, and no other."""
    declared, given = declared_parameters(saved.sql), dict(request.query)
    missing, unknown = declared.keys() - given.keys(), given.keys() - declared.keys()
    if missing:
        wanted = ", ".join(f"{name} ({declared[name]})" for name in sorted(missing))
        raise bad_request(f"This query needs the parameters {wanted}")
    if unknown:
        raise bad_request(f"This query has no parameter {', '.join(sorted(unknown))}")
    return given


def _query_name(request: web.Request) -> tuple[str, str]:
    found = _QUERY_NAME.fullmatch(NAME.of(request))
    if found is None:
        raise not_found("No query of this name")
    return found.group(1), found.group(2) or ""


def _form(request: web.Request, suffix: str) -> Form:
    """The form of the suffix, else the first of Accept that is known, else JSON."""
    if suffix:
        if suffix not in FORMS:
            raise not_found(f"No such form: {suffix} (known: {', '.join(FORMS)})")
        return FORMS[suffix]
    return FORMS[accepted(request, _MEDIA_BY_SUFFIX) or "json"]


def _item(saved: SavedQuery) -> QueryItem:
    return QueryItem(
        name=saved.name,
        owner=saved.owner,
        query=saved.sql,
        description=saved.description,
        parameters=declared_parameters(saved.sql),
        url=f"{API}/sql/queries/{saved.name}",
    )


def _http_error(error: StatementRefused) -> HttpError:
    status, reason = _CODES.get(error.code, (400, "statement_refused"))
    if status == 401:
        return _unauthenticated("No analyst of this name and password")
    # The author of a statement needs ClickHouse's own words; they name his tables and columns, nothing of ours.
    return HttpError(status, str(error), reason=reason, retry_after_s=1 if status == 429 else None)


def _unauthenticated(text: str) -> HttpError:
    error = HttpError(401, text, reason="unauthenticated")
    error.headers[hdrs.WWW_AUTHENTICATE] = 'Basic realm="statline analysts", charset="UTF-8"'
    return error
