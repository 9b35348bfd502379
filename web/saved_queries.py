"""Saved queries over HTTP: each has a name, parameters and a URL to share; whoever asks runs it with his own rights (web/sql.py)."""

from __future__ import annotations

import re
from typing import Final

import msgspec
from aiohttp import web

from postgres import saved_queries
from postgres.errors import QueryRefused
from postgres.saved_queries import SavedQuery
from web.analysts import authenticated, login_of
from web.bodies import read_body
from web.endpoints import Body, Endpoints
from web.errors import HttpError, bad_request, not_found
from web.parameters import part
from web.responses import json_response
from web.sql import API, ERRORS, MEDIA, SqlRows, form_of, run_statement
from web.world import WORLD

_PARAMETER: Final = re.compile(r"\{\s*([A-Za-z_]\w*)\s*:\s*([^{}]+?)\s*\}")
_QUERY_NAME: Final = re.compile(r"([a-z][a-z0-9_-]{0,63})(?:\.([a-z]+))?")


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


class QueryList(msgspec.Struct, frozen=True, kw_only=True):
    """GET /sql/queries."""

    queries: list[QueryItem]


NAME: Final = part("name", "The query's name; a suffix such as `.csv` chooses the form of the answer")
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


@endpoints.get(_ONE, answers=SqlRows, media=MEDIA, parameters=[NAME], caller="analyst", errors=ERRORS)
async def run_query(request: web.Request) -> web.StreamResponse:
    """Run a saved query with the login of whoever asks; its parameters come as `?name=value`."""
    login = login_of(request)
    name, suffix = _query_name(request)
    saved = await saved_queries.find(request.app[WORLD].postgres, name)
    if saved is None:
        raise not_found("No query of this name")
    return await run_statement(
        request, login, saved.sql, form_of(request, suffix), _given(saved, request), attachment=name
    )


@endpoints.get(
    f"{API}/sql/queries", answers=QueryList, caller="analyst",
    errors={status: _STORED[status] for status in (429, 503)},
)  # fmt: skip
async def get_queries(request: web.Request) -> web.Response:
    """Every saved query."""
    await authenticated(request)
    found = await saved_queries.listed(request.app[WORLD].postgres)
    return json_response(QueryList(queries=[_item(saved) for saved in found]))


@endpoints.add(
    "PUT", _ONE, answers=QueryItem, parameters=[NAME], caller="analyst", errors=_STORED,
    body=Body("The query", {"application/json": NewQuery}),
)  # fmt: skip
async def put_query(request: web.Request) -> web.Response:
    """Save `{"query": …, "description": …}` under a name, or change one's own."""
    name, _ = _query_name(request)
    login = await authenticated(request)
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
    login = await authenticated(request)
    if not await saved_queries.drop(request.app[WORLD].postgres, name, login.name):
        raise not_found("You have no query of this name")
    return web.Response(status=204)


def declared_parameters(sql: str) -> dict[str, str]:
    """Name -> type of each `{name:Type}` in a statement."""
    return dict(_PARAMETER.findall(sql))


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


def _item(saved: SavedQuery) -> QueryItem:
    return QueryItem(
        name=saved.name,
        owner=saved.owner,
        query=saved.sql,
        description=saved.description,
        parameters=declared_parameters(saved.sql),
        url=f"{API}/sql/queries/{saved.name}",
    )
