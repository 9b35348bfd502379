"""What an analyst's statement may name: the part of the fence that ClickHouse's rights leave open.

The role `analyst` keeps him from writing, from other databases and from nearly every table function. It does not cover
the function `file()`, tables of `system` (who is running what), and a few table functions (26.9, tried one by one in
tests/clickhouse/test_engine_escapes.py). The statement is judged as ClickHouse itself writes it (`formatQuery`): no comments, no
quoting that is not needed, no escapes to look through.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from clickhouse.engine.faults import EngineFault

SYSTEM_TABLES: Final = frozenset(
    {
        # What drivers and tools look up, and what names nothing but this database's own tables.
        *("one", "numbers", "numbers_mt", "zeros", "zeros_mt"),
        *("databases", "tables", "columns", "parts", "data_skipping_indices", "projections", "dictionaries"),
        *("functions", "table_functions", "table_engines", "formats", "data_type_families", "collations"),
        *("aggregate_function_combinators", "keywords", "time_zones", "settings", "build_options"),
        *("contributors", "licenses", "completions"),
    }
)
TABLE_FUNCTIONS: Final = frozenset(
    {
        *("numbers", "numbers_mt", "zeros", "zeros_mt", "primes", "generateseries", "generate_series"),
        *("generaterandom", "values", "null", "view"),
    }
)
_FUNCTIONS: Final = frozenset(
    {
        # Read files, the network, or the server they run on.
        *(
            "file",
            "getserversetting",
            "getserverport",
            "getmacro",
            "showcertificate",
            "tcpport",
            "serveruuid",
        ),
        *("filesystemavailable", "filesystemcapacity", "filesystemunreserved", "zookeepersessionuptime"),
        *("generateserialid", "catboostevaluate", "naivebayesclassifier", "naivebayesclassifierwithprob"),
        *(
            "naivebayesclassifierwithallprobs",
            "naivebayesngrams",
            "addresstoline",
            "addresstolinewithinlines",
        ),
        *("addresstosymbol", "demangle", "fuzzquery", "getclienthttpheader"),
        *(
            "aigenerate",
            "aiembed",
            "aiclassify",
            "aiextract",
            "aifilter",
            "aisimilarity",
            "aitranslate",
            "airedact",
        ),
    }
)
_FIRST_WORDS: Final = frozenset({"SELECT", "WITH", "FROM", "EXPLAIN", "DESCRIBE", "SHOW", "EXISTS", "("})
_EXPLAINED: Final = frozenset(
    {"AST", "SYNTAX", "PLAN", "PIPELINE", "ESTIMATE", "QUERY", "SELECT", "WITH", "FROM", "("}
)
_SHOWN: Final = frozenset(
    {
        *(
            "DATABASES",
            "TABLES",
            "FULL",
            "EXTENDED",
            "CREATE",
            "COLUMNS",
            "INDEX",
            "INDEXES",
            "INDICES",
            "KEYS",
        ),
        *("FUNCTIONS", "SETTINGS", "CHANGED", "ENGINES", "DICTIONARIES"),
    }
)
_TOKEN: Final = re.compile(
    r"""
    (?P<text>'(?:[^'\\]|\\.|'')*')
    |(?P<quoted>`(?:[^`\\]|\\.|``)*`|"(?:[^"\\]|\\.|"")*")
    |(?P<word>[^\W\d]\w*)
    |(?P<number>\d\w*)
    |(?P<other>\S)
    """,
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    """One token of a formatted statement. Only an `identifier` can name something."""

    text: str
    is_identifier: bool


class Guard:
    """Judges statements by their names. `table_functions` are all that this version has, in lower case."""

    def __init__(self, table_functions: frozenset[str]) -> None:
        self._table_functions = table_functions - TABLE_FUNCTIONS - {"", "format"}
        # `format` is a harmless function too; the table function of that name is kept shut by the role.

    def check(self, formatted: str) -> None:
        """Raise EngineFault for a statement, as `formatQuery` wrote it, that an analyst may not run."""
        tokens = list(_tokens(formatted))
        words = [token.text.upper() for token in tokens[:2]] + ["", ""]
        _check_kind(words[0], words[1], tokens)
        following = [*tokens[1:], Token("", is_identifier=False)]
        for position, (token, after) in enumerate(zip(tokens, following, strict=True)):
            if not token.is_identifier:
                continue
            name = token.text.lower()
            # Anywhere, not only before a bracket: `* APPLY file` and `arrayMap(file, …)` call it without one.
            if name in _FUNCTIONS:
                raise _denied(f"the function {token.text}")
            if after.text == "(" and name in self._table_functions:
                raise _denied(f"the table function {token.text}")
            if token.text == "system":
                _check_system(after.text, tokens[position + 2].text if position + 2 < len(tokens) else "")
            if token.text == "Identifier" and position and tokens[position - 1].text == ":":
                raise _denied("a parameter of type Identifier")


def _check_kind(first: str, second: str, tokens: list[Token]) -> None:
    if first not in _FIRST_WORDS:
        raise EngineFault(164, "READONLY", f"{first} is not for analysts: only reading is")
    if first == "EXPLAIN" and second not in _EXPLAINED:
        raise _denied(f"EXPLAIN {second}")
    if first == "SHOW":
        # Its condition is an expression that may ask anything, and SHOW PROCESSLIST and the like tell of others.
        if second not in _SHOWN:
            raise _denied(f"SHOW {second}")
        if any(token.text in ("(", "WHERE") for token in tokens):
            raise _denied("SHOW with a condition")


def _check_system(after: str, table: str) -> None:
    if after != "." or table not in SYSTEM_TABLES:
        raise _denied(f"system.{table}" if after == "." else "the database system")


def _tokens(formatted: str) -> Iterator[Token]:
    for found in _TOKEN.finditer(formatted):
        text = found.group()
        if found.lastgroup == "quoted":
            yield Token(_unquoted(text), is_identifier=True)
        else:
            yield Token(text, is_identifier=found.lastgroup == "word")


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1].replace(text[0] * 2, text[0]), flags=re.DOTALL)


def _denied(what: str) -> EngineFault:
    return EngineFault(497, "ACCESS_DENIED", f"Not enough privileges: analysts may not use {what}")
