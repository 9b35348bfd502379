"""The OpenAPI 3.1 document: what the endpoints declare, with the schemas of their msgspec types."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec
from aiohttp import web

from cache.lifetimes import LIFETIMES_S
from web.endpoints import Endpoint
from web.forms import JSON
from web.parameters import AnyParameter
from web.responses import PROBLEM, Problem

DOCUMENT: Final = web.AppKey("DOCUMENT", dict[str, Any])
"""The document of this application."""

Json = dict[str, Any]

_DESCRIPTION: Final = """\
Statistics of game servers. Times are RFC 3339 in UTC, `_s` and `_seconds` are seconds, accuracy and ratios named `hs_`
percent. Numbers of the query that the original protocol knew are read leniently: out of bounds they are brought within
them, and what is no number is the default. Errors are problem details (RFC 9457) with the old `error` beside them."""

_SECURITY: Final[Mapping[str, Json]] = {
    "server": {
        "type": "apiKey", "in": "header", "name": "X-Server-Token",
        "description": "A game server's key; also as Authorization (with or without Bearer) or ?server_token=",
    },
    "analyst": {"type": "http", "scheme": "basic", "description": "An analyst's login: statline analysts add"},
}  # fmt: skip

_HEADERS: Final[Mapping[str, Json]] = {
    "X-Cache": {"description": "hit, stale, miss or bypass", "schema": {"type": "string"}},
    "ETag": {"description": "For If-None-Match", "schema": {"type": "string"}},
    "Cache-Control": {"description": "How long the answer may be kept", "schema": {"type": "string"}},
    "Link": {"description": "Of a list as CSV or Parquet: the page behind it", "schema": {"type": "string"}},
    "Retry-After": {"description": "Seconds to wait", "schema": {"type": "integer", "minimum": 0}},
    "RateLimit": {
        "description": "draft-ietf-httpapi-ratelimit-headers-11: what is left (r) and until when (t, seconds)",
        "schema": {"type": "string"},
    },
    "RateLimit-Policy": {
        "description": "The limit that holds: requests (q) in a window (w, seconds)",
        "schema": {"type": "string"},
    },
}  # fmt: skip

_ALWAYS: Final = {
    400: "The request is malformed, or a parameter cannot be what it is",
    500: "A fault of ours",
}
_CACHED: Final = {503: "A store is away, or the answer took too long"}
_LIMITED: Final = {429: "More requests than one address or key may make"}
_CALLED: Final = {401: "No token or login, or a wrong one"}


def openapi_document(endpoints: Iterable[Endpoint], version: str) -> Json:
    """The document of the endpoints that belong to the API."""
    documented = [one for one in endpoints if one.documented]
    schemas = _Schemas(documented)
    paths: Json = {}
    for endpoint in documented:
        for number, path in enumerate(endpoint.paths):
            operation = _operation(endpoint, path, schemas)
            operation["operationId"] = endpoint.name if number == 0 else f"{endpoint.name}_{number + 1}"
            paths.setdefault(plain_path(path), {})[endpoint.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": "statline", "version": version, "description": _DESCRIPTION},
        "paths": paths,
        "components": {
            "schemas": schemas.components,
            "securitySchemes": _SECURITY,
            "headers": _HEADERS,
        },
        "tags": [{"name": tag} for tag in sorted({one.tag for one in documented})],
    }


def plain_path(path: str) -> str:
    """The path without the router's patterns: `/map/{map:.+}` -> `/map/{map}`."""
    return re.sub(r"{(\w+):[^}]*}", r"{\1}", path)


class _Schemas:
    """JSON schemas of all types at once, so that their names are unique and each stands once."""

    def __init__(self, endpoints: Iterable[Endpoint]) -> None:
        types = list(_types(endpoints))
        found, self.components = msgspec.json.schema_components(
            types, ref_template="#/components/schemas/{name}"
        )
        # Types may be unhashable; there are few enough.
        self._found = list(zip(types, found, strict=True))

    def of(self, *types: Any) -> Json:
        """The schema of one of these types."""
        schemas = [next(schema for known, schema in self._found if known == kind) for kind in types]
        return schemas[0] if len(schemas) == 1 else {"anyOf": schemas}


def _types(endpoints: Iterable[Endpoint]) -> Iterator[Any]:
    yield Problem
    for endpoint in endpoints:
        for types in endpoint.answers.values():
            yield from types
        if endpoint.body is not None:
            yield from endpoint.body.content.values()


def _operation(endpoint: Endpoint, path: str, schemas: _Schemas) -> Json:
    summary, _, rest = (endpoint.handler.__doc__ or "").strip().partition("\n")
    operation: Json = {
        "tags": [endpoint.tag],
        "summary": summary.rstrip("."),
        "parameters": [_parameter(one) for one in endpoint.parameters if _belongs(one, path)],
        "responses": _responses(endpoint, schemas),
    }
    if description := _description(endpoint, rest):
        operation["description"] = description
    if endpoint.caller is not None:
        operation["security"] = [{endpoint.caller: []}]
    elif endpoint.limited:
        # A key is not needed; with one the requests count in a larger bucket of its own.
        operation["security"] = [{}, {"server": []}]
    if endpoint.body is not None:
        content = {kind: {"schema": schemas.of(of)} for kind, of in endpoint.body.content.items()}
        operation["requestBody"] = {
            "description": endpoint.body.help,
            "required": True,
            "content": content,
        }
    return operation


def _description(endpoint: Endpoint, rest: str) -> str:
    lines = [line.strip() for line in rest.strip().splitlines()]
    if endpoint.cache:
        kept = " or ".join(
            f"{seconds} s" for seconds in sorted({LIFETIMES_S[kind] for kind in endpoint.cache})
        )
        lines += ["", f"Remembered for {kept}."]
    return "\n".join(lines).strip()


def _belongs(parameter: AnyParameter, path: str) -> bool:
    return parameter.where != "path" or bool(re.search(rf"{{{parameter.name}[:}}]", path))


def _parameter(parameter: AnyParameter) -> Json:
    return {
        "name": parameter.name,
        "in": parameter.where,
        "required": parameter.where == "path",
        "description": parameter.help,
        "schema": dict(parameter.schema),
    }


def _responses(endpoint: Endpoint, schemas: _Schemas) -> Json:
    responses = {str(status): _good(endpoint, types, schemas) for status, types in endpoint.answers.items()}
    if endpoint.cache:
        responses["304"] = {"description": "Still what the ETag of If-None-Match names"}
    for status, why in sorted(_errors(endpoint).items()):
        if str(status) not in responses:
            problem = {"description": why, "content": {PROBLEM: {"schema": schemas.of(Problem)}}}
            responses[str(status)] = problem | _headers(["Retry-After"] if status in (429, 503) else [])
    return responses


def _errors(endpoint: Endpoint) -> dict[int, str]:
    return {
        **_ALWAYS,
        **(_CACHED if endpoint.cache else {}),
        **(_LIMITED if endpoint.limited else {}),
        **(_CALLED if endpoint.caller is not None else {}),
        **endpoint.errors,
    }


def _good(endpoint: Endpoint, types: tuple[Any, ...], schemas: _Schemas) -> Json:
    headers = ["X-Cache", "ETag", "Cache-Control"] if endpoint.cache else []
    headers += ["Link"] if endpoint.table is not None else []
    headers += ["RateLimit", "RateLimit-Policy"] if endpoint.limited else []
    response: Json = {"description": "The answer", **_headers(headers)}
    if types or endpoint.media != (JSON,):
        response["content"] = {
            media: {"schema": schemas.of(*types)} if media == JSON and types else {}
            for media in endpoint.media
        }
    return response


def _headers(names: list[str]) -> Json:
    return {"headers": {name: {"$ref": f"#/components/headers/{name}"} for name in names}} if names else {}
