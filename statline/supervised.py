"""How `serve` starts its roles: the command line of `statline ROLE`, written and read here.

Read by cyclopts it costs each of a node's four roles 0.09 s of CPU and some megabytes, for a handful of options that
are always spelt the same way.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from statline.settings import Settings

ROLES: Final = ("web", "writer", "worker", "engine")
_OURS: Final = "--supervisor="
_NUMBERS: Final[tuple[str, ...]] = ("supervisor", "listener", "worker")


def command(role: str, **options: object) -> list[str]:
    """What starts `role` as a child of this process; options that are None are left out."""
    options["supervisor"] = os.getpid()
    given = [f"--{name.replace('_', '-')}={value}" for name, value in options.items() if value is not None]
    return [sys.executable, "-m", "statline", role, *given]


def be_role(arguments: list[str]) -> bool:
    """Be the role that a supervisor asked for, and exit with it; False when the command line is anybody else's."""
    if not arguments or arguments[0] not in ROLES or not any(each.startswith(_OURS) for each in arguments):
        return False
    # structlog loads it where it is installed, for tracebacks in colours that our logs never show.
    sys.modules["rich"] = None  # type: ignore[assignment]
    from statline.exits import exit_code

    sys.exit(exit_code(lambda: _be(arguments[0], arguments[1:])))


def _be(role: str, options: list[str]) -> None:
    from statline.roles import run_role

    settings, numbers = read(options)
    run_role(role, settings, **numbers)


def read(options: list[str]) -> tuple[Settings, dict[str, int]]:
    """The settings in force with these options of `command`, and what else they tell a role. Raises SettingsError."""
    from statline.settings import load

    given = dict(option.removeprefix("--").split("=", 1) for option in options)
    numbers: dict[str, int] = {name: int(given.pop(name)) for name in _NUMBERS if name in given}
    config = given.pop("config", None)
    named = {f"statline.{name.replace('-', '_')}": value for name, value in given.items()}
    return load(named, config=Path(config) if config else None), numbers
