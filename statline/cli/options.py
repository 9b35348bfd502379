"""What every command takes, and how it runs and prints."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from cyclopts import Parameter

from statline.exits import DONE
from statline.settings import Settings, load

Format = Literal["text", "json"]


@Parameter(name="*")
@dataclass(frozen=True)
class Common:
    """Options of every command."""

    data_dir: Annotated[
        Path | None, Parameter(help="Folder that holds everything statline keeps. [default: ./var]")
    ] = None
    config: Annotated[
        Path | None, Parameter(help="TOML file of settings. [default: statline.toml, if there]")
    ] = None
    host: Annotated[str | None, Parameter(help="Address the web role listens on. [default: 127.0.0.1]")] = (
        None
    )
    port: Annotated[int | None, Parameter(help="Port the web role listens on. [default: 8080]")] = None
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"] | None,
        Parameter(help="Least important log line shown. [default: info]"),
    ] = None
    log_format: Annotated[
        Literal["console", "json"] | None,
        Parameter(help="Log lines for people or machines. [default: console]"),
    ] = None
    debug: Annotated[bool, Parameter(help="Show the traceback of a failure.", negative="")] = False

    def settings(self, **further: object) -> Settings:
        """The settings in force with these options and the `further` ones of a command. Raises SettingsError."""
        names = ("data_dir", "host", "port", "log_level", "log_format")
        given = {name: getattr(self, name) for name in names} | further
        return load({f"statline.{name}": value for name, value in given.items()}, config=self.config)


NOTHING: Final = Common()


def run_to_the_end(task: Coroutine[Any, Any, int]) -> None:
    """Run it; the process's exit code is what it returns."""
    code = asyncio.run(task)
    if code != DONE:
        raise SystemExit(code)


def print_what_it_says(task: Coroutine[Any, Any, str]) -> None:
    """Run it and print the text it returns."""
    print(asyncio.run(task))
