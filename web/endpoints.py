"""How a handler declares what it answers: once, beside itself, for the router, the cache and the OpenAPI document.

endpoints = Endpoints("weapons")

LIMIT = number("limit", "How many weapons", default=10, least=1, most=100)

@endpoints.get("/api/v1/stats/weapons", answers=list[WeaponItem], parameters=[LIMIT], cache="list")
async def get_weapons(request: web.Request) -> web.Response:
    \"\"\"The weapons with most kills.\"\"\"
    limit = LIMIT.of(request)
    return await answer(request, lambda: weapons.weapons(request.app[WORLD].clickhouse, limit=limit))
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeVar
from urllib.parse import quote

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from cache.lifetimes import LIFETIMES_S
from web.forms import FORMAT, JSON, LIST_FORMS, SUFFIX
from web.parameters import AnyParameter
from web.tables import Table, table_of

HTML: Final = "text/html"
EVENT_STREAM: Final = "text/event-stream"

Caller = Literal["server", "analyst"]
"""Who may ask: a game server by its token, an analyst by name and password."""

AnyHandler = TypeVar("AnyHandler", bound=Handler)

API: Final = "/api/"
"""Where the API's paths begin; the others are pages and what browsers load."""

# None among the values of a cache key; no quoted text holds it.
_ABSENT: Final = "!"


@dataclass(frozen=True)
class Body:
    """What a request carries: the media types it may have, with the type of each (None: described by `help`)."""

    help: str
    content: Mapping[str, Any]


@dataclass(frozen=True, eq=False, kw_only=True)
class Endpoint:
    """One handler and everything that is said about it."""

    handler: Handler
    method: str
    paths: tuple[str, ...]
    tag: str
    answers: Mapping[int, tuple[Any, ...]]
    """Status -> the types it may have; none of them: no JSON."""
    parameters: tuple[AnyParameter, ...] = ()
    errors: Mapping[int, str] = field(default_factory=dict)
    """Status -> when, beyond those that every endpoint of its sort may answer."""
    cache: tuple[str, ...] = ()
    """Kinds of cache.lifetimes; the first is the usual one. Empty: never remembered."""
    media: tuple[str, ...] = (JSON,)
    """Media types of a good answer, the usual one first."""
    body: Body | None = None
    caller: Caller | None = None
    """Who may ask; None: anybody."""
    documented: bool = True
    """Whether it is part of the API, not a page for people."""
    limited: bool = False
    """Whether one address or key may ask only so often."""
    table: Table | None = None
    """How the list of the answer becomes CSV and Parquet; None: it has none."""
    route_options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The handler's name, which is unique in the API."""
        return str(getattr(self.handler, "__name__", self.handler)).removeprefix("get_")

    def cache_key(self, request: web.Request) -> str:
        """Tells this request's answer apart: by the value of every parameter that is declared, as it was read."""
        # Every form of an answer is made from the same JSON.
        values = (
            one.found(request) for one in self.parameters if one.where != "header" and one is not FORMAT
        )
        return "/".join((self.name, *(_key_part(value) for value in values)))

    def routes(self) -> Iterator[web.RouteDef]:
        """For the router, in the order of the paths. A GET answers HEAD too. Lists have a path for each of their forms.

        In the API a `/` at the end changes nothing.
        """
        for path in self.paths:
            if self.table is not None:
                yield web.get(path + SUFFIX, self.handler, **self.route_options)
            for spelling in (f"{path}/", path) if path.startswith(API) else (path,):
                if self.method == hdrs.METH_GET:
                    yield web.get(spelling, self.handler, **self.route_options)
                else:
                    yield web.route(self.method, spelling, self.handler, **self.route_options)


class Endpoints:
    """The endpoints of one module, in the order of their routes; `tag` names their subject."""

    def __init__(self, tag: str) -> None:
        self._tag = tag
        self._all: list[Endpoint] = []

    def __iter__(self) -> Iterator[Endpoint]:
        return iter(self._all)

    def get(self, *paths: str, **declaration: Any) -> Callable[[AnyHandler], AnyHandler]:
        """Declare the handler of GET (and HEAD) `paths`; see `add`."""
        return self.add("GET", *paths, **declaration)

    def post(self, *paths: str, **declaration: Any) -> Callable[[AnyHandler], AnyHandler]:
        """Declare the handler of POST `paths`; see `add`."""
        return self.add("POST", *paths, **declaration)

    def page(self, *paths: str, **declaration: Any) -> Callable[[AnyHandler], AnyHandler]:
        """Declare the handler of pages for people, which the API's document leaves out."""
        return self.add("GET", *paths, answers=None, media=HTML, documented=False, **declaration)

    def add(
        self,
        method: str,
        *paths: str,
        answers: Any,
        parameters: Sequence[AnyParameter] = (),
        errors: Mapping[int, str] | None = None,
        cache: str | Sequence[str] = (),
        media: str | Sequence[str] = JSON,
        body: Body | None = None,
        caller: Caller | None = None,
        documented: bool = True,
        limited: bool | None = None,
        rows: str = "",
        **route_options: Any,
    ) -> Callable[[AnyHandler], AnyHandler]:
        """Declare a handler; its docstring becomes the summary (first line) and the description (the rest).

        `answers`: the type of the 200 (msgspec knows it), a tuple of alternatives, None (no JSON), or a mapping of
        status to any of these. `limited`: reads are, unless it says otherwise. `rows`: the field of the answer that holds
        its list, which can be had as CSV and Parquet too; an answer that is a list itself needs none. A part of the path that only some of `paths` have is declared like the others.
        """
        kinds = _texts(cache)
        if unknown := set(kinds) - LIFETIMES_S.keys():
            raise ValueError(f"no lifetime is set for {unknown}")
        by_status, forms = _answers(answers), _texts(media)
        # What is remembered is JSON, from which `web.answers` makes the other forms.
        table = table_of(by_status.get(200, ()), rows) if kinds and forms == (JSON,) else None
        if table is not None:
            parameters, forms = (*parameters, FORMAT), tuple(LIST_FORMS.values())

        def declare(handler: AnyHandler) -> AnyHandler:
            self._all.append(
                Endpoint(
                    handler=handler, method=method, paths=paths, tag=self._tag, answers=by_status,
                    parameters=tuple(parameters), errors=errors or {}, cache=kinds, media=forms, body=body,
                    caller=caller, documented=documented, table=table,
                    limited=method == hdrs.METH_GET if limited is None else limited, route_options=route_options,
                )
            )  # fmt: skip
            return handler

        return declare


ENDPOINTS: Final = web.AppKey("ENDPOINTS", Mapping[object, Endpoint])
"""Handler -> its declaration, of every route of the application."""


def by_handler(tables: Iterable[Iterable[Endpoint]]) -> dict[object, Endpoint]:
    """Every declaration by its handler."""
    return {endpoint.handler: endpoint for table in tables for endpoint in table}


def endpoint_of(request: web.Request) -> Endpoint:
    """The declaration of the handler that answers this request."""
    return request.app[ENDPOINTS][request.match_info.handler]


def _answers(given: Any) -> dict[int, tuple[Any, ...]]:
    by_status = given if isinstance(given, Mapping) else {200: given}
    return {status: _types(types) for status, types in by_status.items()}


def _types(given: Any) -> tuple[Any, ...]:
    if given is None:
        return ()
    return given if isinstance(given, tuple) else (given,)


def _texts(given: str | Sequence[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _key_part(value: object) -> str:
    if value is None:
        return _ABSENT
    if isinstance(value, bool):
        return "1" if value else "0"
    return quote(str(value), safe=" ", errors="surrogatepass")
