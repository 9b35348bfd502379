"""`statline sql`: ClickHouse by SQL from the terminal, reading only.

It logs in as statline itself, so it is for whoever may read the data folder; others ask over HTTP as analysts
(docs/analysts.md). `readonly = 1` keeps it from writing, and on the embedded engine from files and the network.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from clickhouse.client import ClickHouse
from clickhouse.errors import ClickHouseError
from clickhouse.reading import Reader, StatementRefused, own_login
from statline.errors import CommandFailed
from statline.settings import Settings
from statline.stores import clickhouse_url
from statline.terminal import safe_text

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession

PROMPT: Final = "statline> "
MORE: Final = "      ... "
ENDINGS: Final = frozenset({"exit", "quit", "\\q"})
FAILED: Final = 1
# The person at the terminal waits himself and has Ctrl-C: the limits are for accidents.
LIMITS: Final = {"readonly": "1", "max_execution_time": "60", "max_memory_usage": str(1 << 30)}
# Words that ClickHouse's own tables of names lack.
KEYWORDS: Final = (
    *(
        "SELECT",
        "FROM",
        "WHERE",
        "GROUP BY",
        "ORDER BY",
        "LIMIT",
        "HAVING",
        "JOIN",
        "LEFT JOIN",
        "USING",
        "WITH",
    ),
    *(
        "DISTINCT",
        "FINAL",
        "PREWHERE",
        "UNION ALL",
        "BETWEEN",
        "FORMAT",
        "SHOW TABLES",
        "DESCRIBE",
        "EXPLAIN",
    ),
)


async def run(settings: Settings, statement: str, form: str, parameters: Sequence[str]) -> int:
    """Run the one statement, or ask for statements until the end; the exit code."""
    url = clickhouse_url(settings)
    bound = dict(_pairs(parameters))
    if not statement and not sys.stdin.isatty():
        statement = sys.stdin.read()
        if not statement.strip():
            raise CommandFailed("standard input holds no statement")
    async with Reader(url, settings.clickhouse.database, 2) as reader:
        asker = Asker(reader, url, sys.stdout.buffer)
        if statement:
            return await asker.ask(statement, form, bound)
        names = await _names(settings, url)
        await _converse(prompt_session(history_file(), names), asker, form, bound)
    return 0


class Asker:
    """Runs statements with statline's own login and writes their answers out as they come."""

    def __init__(self, reader: Reader, url: str, out: BinaryIO) -> None:
        self._reader, self._login, self._out = reader, own_login(url), out

    async def ask(self, statement: str, form: str, parameters: dict[str, str]) -> int:
        """Write the answer; the exit code. Errors go to standard error, Ctrl-C stops the statement."""
        started_s = time.monotonic()
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None
        loop.add_signal_handler(signal.SIGINT, task.cancel)
        try:
            async with self._reader.read(
                self._login, statement.strip().rstrip(";"), form, parameters, LIMITS
            ) as answer:
                async for piece in answer.pieces:
                    self._write(piece, answer.form)
            self._out.flush()
        except StatementRefused as error:
            print(safe_text(f"{error} (code {error.code})"), file=sys.stderr)
            return FAILED
        except ClickHouseError as error:
            print(safe_text(str(error)), file=sys.stderr)
            return FAILED
        except asyncio.CancelledError:
            if task.uncancel() > 0:
                raise
            print("stopped", file=sys.stderr)
            return FAILED
        finally:
            loop.remove_signal_handler(signal.SIGINT)
        if sys.stderr.isatty():
            print(f"{time.monotonic() - started_s:.3f} s", file=sys.stderr)
        return 0

    def _write(self, piece: bytes, form: str) -> None:
        """Names come from strangers: on a terminal nothing of an answer is obeyed."""
        if self._out.isatty() and form.startswith(
            ("Pretty", "CSV", "TSV", "TabSeparated", "JSON", "Vertical")
        ):
            piece = safe_text(piece).encode()
        self._out.write(piece)


def prompt_session(history: Path, names: Iterable[str]) -> PromptSession[str]:
    """A prompt with history, completion of `names`, colours, and statements over several lines, ended by a semicolon."""
    from prompt_toolkit import PromptSession
    from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
    from prompt_toolkit.completion import WordCompleter
    from prompt_toolkit.history import FileHistory
    from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
    from prompt_toolkit.lexers import PygmentsLexer
    from pygments.lexers.sql import SqlLexer

    keys = KeyBindings()

    @keys.add("enter")
    def _(event: KeyPressEvent) -> None:
        text = event.current_buffer.text.strip()
        if not text or text.endswith(";") or text in ENDINGS:
            event.current_buffer.validate_and_handle()
        else:
            event.current_buffer.insert_text("\n")

    return PromptSession(
        PROMPT,
        multiline=True,
        prompt_continuation=MORE,
        history=FileHistory(str(history)),
        auto_suggest=AutoSuggestFromHistory(),
        completer=WordCompleter(sorted(set(names)), ignore_case=True),
        complete_while_typing=True,
        lexer=PygmentsLexer(SqlLexer),
        key_bindings=keys,
    )


def history_file() -> Path:
    """Where the statements of this user are kept, readable by him only."""
    state = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    folder = state / "statline"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / "sql_history"
    path.touch(mode=0o600)
    return path


async def _converse(session: PromptSession[str], asker: Asker, form: str, parameters: dict[str, str]) -> None:
    print("Reads only. A statement ends with ; — Ctrl-C stops it, Ctrl-D leaves.")
    while True:
        try:
            statement = (await session.prompt_async()).strip()
        except KeyboardInterrupt:
            continue
        except EOFError:
            return
        if statement.rstrip(";") in ENDINGS:
            return
        if statement.rstrip(";"):
            await asker.ask(statement, form, parameters)


async def _names(settings: Settings, url: str) -> list[str]:
    """What completion offers: keywords, our tables and columns, functions."""
    store = ClickHouse(url, settings.clickhouse.database, settings.clickhouse)
    try:
        rows = await store.rows("sql_names", {"database": settings.clickhouse.database})
    except ClickHouseError as error:
        raise CommandFailed(f"ClickHouse does not answer: {error}") from error
    finally:
        await store.close()
    return [*KEYWORDS, *(row["name"] for row in rows)]


def _pairs(parameters: Sequence[str]) -> Iterator[tuple[str, str]]:
    for each in parameters:
        name, separator, value = each.partition("=")
        if not separator or not name.isidentifier():
            raise CommandFailed(f"--parameter wants name=value, not {each!r}")
        yield name, value
