"""What an endpoint reads of a request: each parameter is one object that parses its value and describes it.

A handler asks the object (`LIMIT.of(request)`), the OpenAPI document describes the same object, so neither can say
something else than the other. Lenient kinds never refuse: what they cannot read is the default, what is out of
bounds is brought within them (the original's clients send such things). Strict kinds answer 400.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, Literal, TypeVar, overload

from aiohttp import web

from web.errors import bad_request

Value = TypeVar("Value")

TEXT_CHARACTERS_MAX: Final = 256
"""Longer texts name nothing that exists: map, weapon and server names are shorter."""

# Python refuses to read numbers of thousands of digits; none of ours has more than these.
_DIGITS_MAX: Final = 19
_YES: Final = frozenset(("1", "true", "yes", "on"))


@dataclass(frozen=True, eq=False)
class Parameter(Generic[Value]):
    """One value of a request: where it stands, what it may be, and how its text is read.

    `read` gets the text when there is one and raises ValueError to refuse it, with the end of a sentence that begins with
    the name: "is a whole number".
    `schema` is the JSON schema of the text for the OpenAPI document.
    """

    name: str
    where: Literal["path", "query", "header"]
    help: str
    schema: Mapping[str, Any]
    read: Callable[[str], Value]
    default: Value
    strict: bool = False

    def of(self, request: web.Request) -> Value:
        """The value, the default when it is absent or empty. Raises HttpError 400 for what a strict one refuses.

        The endpoint must have declared the parameter, else TypeError: an undocumented one is a fault of ours.
        """
        declared = request.app[DECLARED].get(request.match_info.handler, ())
        if self not in declared:
            raise TypeError(f"parameter {self.name!r} is not among those the endpoint declares")
        return self.found(request)

    def found(self, request: web.Request) -> Value:
        """As `of`, for those who go through the declared parameters themselves."""
        given = self._text(request)
        if not given:
            return self.default
        try:
            return self.read(given)
        except ValueError as error:
            raise bad_request(f"{self.name} {error}") from None

    def _text(self, request: web.Request) -> str:
        if self.where == "path":
            return request.match_info.get(self.name, "")
        return (request.query if self.where == "query" else request.headers).get(self.name, "").strip()


AnyParameter = Parameter[Any]

DECLARED: Final = web.AppKey("DECLARED", Mapping[object, Sequence[AnyParameter]])
"""Handler -> the parameters of its declaration (`web.endpoints`)."""


def part(name: str, help: str, *, default: str = "") -> Parameter[str]:
    """A part of the path, decoded once; `default` where a path of the endpoint does not have it."""
    return Parameter(name, "path", help, {"type": "string", "minLength": 1}, str, default)


def header(name: str, help: str) -> Parameter[str]:
    """A header the sender may add; the handler judges it."""
    return Parameter(name, "header", help, {"type": "string"}, str, "")


def text(name: str, help: str, *, default: str = "", most: int = TEXT_CHARACTERS_MAX) -> Parameter[str]:
    """A text of the query, at most `most` characters (else 400)."""

    def read(given: str) -> str:
        if len(given) > most:
            raise ValueError(f"is longer than {most} characters")
        return given

    schema = {"type": "string", "maxLength": most, **_default(default or None)}
    return Parameter(name, "query", help, schema, read, default, strict=True)


@overload
def number(
    name: str, help: str, *, least: int, most: int, default: int, strict: bool = False
) -> Parameter[int]: ...
@overload
def number(
    name: str, help: str, *, least: int, most: int, default: None, strict: bool = False
) -> Parameter[int | None]: ...
def number(name: str, help: str, *, least: int, most: int, default: int | None, strict: bool = False) -> Any:
    """A whole number of the query, brought within its bounds; the default for anything that is none.

    A `strict` one answers 400 to what is out of bounds or no number.
    """

    def lenient(given: str) -> int | None:
        try:
            return max(least, min(most, int(given)))
        except ValueError:
            return default

    def exact(given: str) -> int:
        digits = given.removeprefix("-")
        if (
            digits.isascii()
            and digits.isdigit()
            and len(digits) <= _DIGITS_MAX
            and least <= int(given) <= most
        ):
            return int(given)
        raise ValueError(f"is a whole number from {least} to {most}")

    schema = {"type": "integer", "minimum": least, "maximum": most, **_default(default)}
    return Parameter(name, "query", help, schema, exact if strict else lenient, default, strict)


def flag(name: str, help: str) -> Parameter[bool]:
    """Yes (`1`, `true`, `yes`, `on`) or no (anything else)."""
    schema = {"type": "boolean", "default": False}
    return Parameter(name, "query", help, schema, lambda given: given.lower() in _YES, False)


def choice(
    name: str,
    help: str,
    names: Sequence[str],
    *,
    default: str,
    aliases: Mapping[str, str] | None = None,
    strict: bool = False,
) -> Parameter[str]:
    """One of some words, in any case; for another word the default or, if `strict`, 400."""
    words = {word: word for word in names} | dict(aliases or {})

    def read(given: str) -> str:
        found = words.get(given.lower())
        if found is None and strict:
            raise ValueError(f"is one of {', '.join(names)}")
        return default if found is None else found

    schema = {"type": "string", "enum": list(words), **_default(default or None)}
    return Parameter(name, "query", help, schema, read, default, strict)


def parsed(
    name: str, help: str, read: Callable[[str], Value], *, default: Value, schema: Mapping[str, Any]
) -> Parameter[Value]:
    """A value of the query in a form of its own: `read` raises ValueError with a sentence to refuse it (400)."""
    return Parameter(name, "query", help, schema, read, default, strict=True)


def _default(value: object) -> dict[str, object]:
    return {} if value is None else {"default": value}
