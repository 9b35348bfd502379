"""Every setting of statline, joined from the folders that declare them.

Order, later wins: default < TOML file < environment (`STATLINE_<SECTION>_<FIELD>`) < command line option.
A name nobody declared, a value of the wrong type or out of its bounds is refused by name, with where it
came from: a mistyped setting that is silently ignored is found months later.
"""

from __future__ import annotations

import dataclasses
import difflib
import math
import os
import tomllib
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final

from cache.settings import RedisSettings
from clickhouse.settings import ClickHouseSettings
from ingest.settings import IngestSettings
from jobs.settings import JobsSettings
from live.settings import LiveSettings, WebhookSettings
from postgres.settings import PostgresSettings
from schema.settings import setting
from statline.redaction import HIDDEN, redacted_text
from web.settings import WebSettings

CONFIG_FILE: Final = "statline.toml"
PREFIX: Final = "STATLINE_"
CONFIG_VARIABLE: Final = "STATLINE_CONFIG"
TEST_PREFIX: Final = "STATLINE_TEST_"

_TRUE: Final = frozenset({"1", "true", "yes", "on"})
_FALSE: Final = frozenset({"0", "false", "no", "off"})


class SettingsError(Exception):
    """A setting that statline refuses. The message is one line and names the setting and its source."""


@dataclass(frozen=True)
class StatlineSettings:
    """What concerns the whole node; its environment variables carry no section: STATLINE_PORT."""

    SECTION: ClassVar[str] = "statline"

    data_dir: Path = setting(Path("./var"), "Folder that holds everything statline keeps on this machine.")
    host: str = setting("127.0.0.1", "Address the web role listens on; 0.0.0.0 for every interface.")
    port: int = setting(
        8080, "Port the web role listens on; 0 lets the system choose.", minimum=0, maximum=65_535
    )
    workers: int = setting(
        1,
        "Web processes that `serve` runs on the one port, each with a spool folder of its own; one uses one core.",
        minimum=1,
        maximum=64,
    )
    log_level: str = setting(
        "info", "Least important log line shown.", choices=("debug", "info", "warning", "error")
    )
    log_format: str = setting(
        "console", "Log lines for people (console) or for machines (json).", choices=("console", "json")
    )
    writer_nice: int = setting(
        10,
        "Niceness of the writer, so that requests are answered first "
        "(measured: p99 43 -> 7 ms at 10,000 events/s).",
        minimum=0,
        maximum=19,
    )
    worker_nice: int = setting(15, "Niceness of the worker: what it does may wait.", minimum=0, maximum=19)


@dataclass(frozen=True)
class Settings:
    """The settings in force, one field per section, and where each value came from.

    `sources` maps "section.field" to "default", "file <path>", "environment <NAME>" or "option --x".
    """

    statline: StatlineSettings
    web: WebSettings
    ingest: IngestSettings
    clickhouse: ClickHouseSettings
    postgres: PostgresSettings
    redis: RedisSettings
    jobs: JobsSettings
    live: LiveSettings
    webhooks: WebhookSettings
    sources: Mapping[str, str]
    config: Path | None = None
    """The TOML file read, if any."""


@dataclass(frozen=True)
class Setting:
    """One declared setting, as documentation, `doctor` and the parser see it."""

    section: str
    name: str
    type: type
    default: Any
    help: str
    secret: bool
    minimum: float | None
    maximum: float | None
    choices: tuple[str, ...] | None

    @property
    def key(self) -> str:
        """`section.name`, its name in errors and in `Settings.sources`."""
        return f"{self.section}.{self.name}"

    @property
    def variable(self) -> str:
        """Its environment variable."""
        section = "" if self.section == StatlineSettings.SECTION else f"{self.section}_"
        return f"{PREFIX}{section}{self.name}".upper()


_SECTIONS: Final[tuple[type[Any], ...]] = (
    StatlineSettings,
    WebSettings,
    IngestSettings,
    ClickHouseSettings,
    PostgresSettings,
    RedisSettings,
    JobsSettings,
    LiveSettings,
    WebhookSettings,
)


def declared() -> Iterator[Setting]:
    """Every setting, by section, in the order of declaration."""
    for section in _SECTIONS:
        types = typing.get_type_hints(section)
        for field in dataclasses.fields(section):
            yield Setting(
                section=section.SECTION,
                name=field.name,
                type=types[field.name],
                default=field.default,
                **field.metadata,
            )


def load(
    options: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
    config: Path | None = None,
) -> Settings:
    """Join defaults, file, environment and `options` ("section.field" -> value; None = not given).

    `config` or STATLINE_CONFIG names the file, which then must exist; else `statline.toml` of the working
    folder is read if it is there. Raises SettingsError.
    """
    environment = os.environ if environment is None else environment
    known = {each.key: each for each in declared()}
    path = _config_path(config, environment)
    values: dict[str, Any] = {key: each.default for key, each in known.items()}
    sources: dict[str, str] = dict.fromkeys(known, "default")
    for key, raw, source in _given(path, environment, options or {}, known):
        values[key] = _checked(known[key], raw, source)
        sources[key] = source
    joined = {
        section.SECTION: section(
            **{field.name: values[f"{section.SECTION}.{field.name}"] for field in dataclasses.fields(section)}
        )
        for section in _SECTIONS
    }
    return Settings(**joined, sources=sources, config=path)


def shown(each: Setting, value: Any) -> str:
    """The value for people: a secret is hidden, of a secret URL only its password."""
    text = ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
    if isinstance(value, bool):
        text = text.lower()
    if not each.secret or not text:
        return text
    return without_password(text) if "://" in text else HIDDEN


def without_password(url: str) -> str:
    """The URL with its password replaced, fit for logs."""
    return redacted_text(url)


def _config_path(config: Path | None, environment: Mapping[str, str]) -> Path | None:
    named = config or (Path(environment[CONFIG_VARIABLE]) if environment.get(CONFIG_VARIABLE) else None)
    if named is None:
        usual = Path(CONFIG_FILE)
        return usual if usual.is_file() else None
    if not named.is_file():
        raise SettingsError(f"configuration file {named} does not exist")
    return named


def _given(
    path: Path | None,
    environment: Mapping[str, str],
    options: Mapping[str, Any],
    known: Mapping[str, Setting],
) -> Iterator[tuple[str, Any, str]]:
    """What was set, weakest source first: (key, raw value, source)."""
    if path is not None:
        yield from _from_file(path, known)
    yield from _from_environment(environment, known)
    for key, value in options.items():
        if value is not None:
            yield key, value, f"option --{known[key].name.replace('_', '-')}"


def _from_file(path: Path, known: Mapping[str, Setting]) -> Iterator[tuple[str, Any, str]]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(f"cannot read {path}: {error}") from error
    sections = [section.SECTION for section in _SECTIONS]
    for section, entries in content.items():
        if section not in sections:
            raise SettingsError(f"unknown section [{section}] in {path}{_meant(section, sections)}")
        if not isinstance(entries, dict):
            raise SettingsError(
                f"{section} in {path} must be a section: write [{section}] and settings below it"
            )
        for name, value in entries.items():
            key = f"{section}.{name}"
            if key not in known:
                raise SettingsError(f"unknown setting {key} in {path}{_meant(key, known)}")
            yield key, value, f"file {path}"


def _from_environment(
    environment: Mapping[str, str], known: Mapping[str, Setting]
) -> Iterator[tuple[str, Any, str]]:
    by_variable = {each.variable: each.key for each in known.values()}
    for variable in sorted(environment):
        if not variable.startswith(PREFIX) or variable.startswith(TEST_PREFIX) or variable == CONFIG_VARIABLE:
            continue
        if variable not in by_variable:
            raise SettingsError(
                f"unknown setting {variable} in the environment{_meant(variable, by_variable)}"
            )
        yield by_variable[variable], environment[variable], f"environment {variable}"


def _meant(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(known), n=1)
    return f" (did you mean {close[0]}?)" if close else ""


def _checked(each: Setting, raw: Any, source: str) -> Any:
    """The value in its type and bounds; raises SettingsError naming the setting and the source."""
    try:
        value = _converted(each.type, raw)
    except (ValueError, TypeError):
        expected = type_name(each.type)
        raise SettingsError(f"{each.key} must be {expected}, not {_quoted(each, raw)} ({source})") from None
    if each.choices is not None and value not in each.choices:
        allowed = ", ".join(each.choices)
        raise SettingsError(f"{each.key} must be one of {allowed}, not {_quoted(each, raw)} ({source})")
    if each.minimum is not None and value < each.minimum:
        raise SettingsError(f"{each.key} must be at least {each.minimum:g}, not {value} ({source})")
    if each.maximum is not None and value > each.maximum:
        raise SettingsError(f"{each.key} must be at most {each.maximum:g}, not {value} ({source})")
    return value


def _quoted(each: Setting, raw: Any) -> str:
    return HIDDEN if each.secret else repr(raw)


def type_name(kind: Any) -> str:
    """The type in words, for errors and docs."""
    if typing.get_origin(kind) is tuple:
        return "a list of texts (separated by commas in the environment)"
    names = {bool: "true or false", int: "a whole number", float: "a number", str: "text", Path: "a path"}
    return names[kind]


def _converted(kind: Any, raw: Any) -> Any:
    if typing.get_origin(kind) is tuple:
        return _texts(raw)
    converters: dict[Any, Callable[[Any], Any]] = {
        bool: _boolean, int: _whole, float: _number, str: _text, Path: lambda value: Path(_text(value))
    }  # fmt: skip
    return converters[kind](raw)


def _texts(raw: Any) -> tuple[str, ...]:
    parts = raw.split(",") if isinstance(raw, str) else raw
    return tuple(_text(part).strip() for part in parts if _text(part).strip())


def _boolean(raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    if not isinstance(raw, str) or raw.lower() not in _TRUE | _FALSE:
        raise ValueError(raw)
    return raw.lower() in _TRUE


def _whole(raw: Any) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int | str):
        raise ValueError(raw)
    return int(raw)


def _number(raw: Any) -> float:
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        raise ValueError(raw)
    value = float(raw)
    if not math.isfinite(value):
        raise ValueError(raw)
    return value


def _text(raw: Any) -> str:
    if isinstance(raw, Path):
        return str(raw)
    if not isinstance(raw, str):
        raise ValueError(raw)
    return raw
