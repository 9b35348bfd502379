"""Logs: one line per event on stderr, the role named, for people or machines, and never a secret.

Every role writes to the stderr it inherited from the supervisor, so all lines come out of one place.
Libraries that use `logging` come out the same way.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from types import TracebackType
from typing import Final

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from statline.redaction import redacted

_TOO_CHATTY: Final = ("clickhouse_connect",)
"""Libraries that log, with a traceback, what they also raise: the caller says it once, in one line."""


def configure(role: str, level: str = "info", form: str = "console") -> None:
    """Set up logging of this process; `form` is console or json."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _named(role),
        structlog.processors.format_exc_info,
        structlog.processors.UnicodeDecoder(),
        redact,
    ]
    renderer: Processor = structlog.processors.JSONRenderer() if form == "json" else _console()
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.add_logger_name,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    for name in _TOO_CHATTY:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    sys.excepthook = _uncaught


def redact(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Replace what is secret by its name (token, password, …) or by its looks (URL password, Bearer, slk_…)."""
    return {name: redacted(name, value) for name, value in event.items()}


def _named(role: str) -> Processor:
    def add_role(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        event.setdefault("role", role)
        return event

    return add_role


def _console() -> Callable[[WrappedLogger, str, EventDict], str]:
    """`12:34:56 web     info    what happened  key=value`, short enough to read while it scrolls."""
    renderer = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=0, pad_level=False)

    def render(logger: WrappedLogger, method: str, event: EventDict) -> str:
        role = event.pop("role", "")
        event.pop("logger", None)
        event["timestamp"] = str(event.get("timestamp", ""))[11:19]
        event["event"] = f"{role:<8} {event.get('event', '')}"
        return str(renderer(logger, method, event))

    return render


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    structlog.get_logger("statline").critical("died of an unexpected error", exc_info=(kind, error, trace))
