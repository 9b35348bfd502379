"""The command line. It parses, loads the settings and hands over; what a command does stands in a module of its own.

Exit codes: 0 done, 1 failed (one line on stderr says why), 2 wrong usage or a refused setting.
Heavy modules are imported by the command that needs them: `statline --help` answers in a quarter of a second.
"""

from __future__ import annotations

import sys
from typing import Final

from cyclopts import App, CycloptsError

from statline.cli.analysts import analysts
from statline.cli.data import data
from statline.cli.options import NOTHING, Common
from statline.cli.quarantine import quarantine
from statline.cli.roles import roles
from statline.cli.servers import servers
from statline.cli.spool import spool
from statline.cli.webhooks import webhooks
from statline.exits import WrongUsage, exit_code

ITS_OWN: Final = "*"
"""To cyclopts: as if the commands of the other were its own."""

app = App(
    name="statline",
    help="Game statistics: durable events in, statistics people trust out.",
    help_epilogue="Every setting can also be given as STATLINE_… or in statline.toml: see docs/settings.md. "
    "Exit codes: 0 done, 1 failed, 2 wrong usage.",
    version_flags=["--version"],
    version=lambda: version_text(),  # noqa: PLW0108 - defined below
    help_format="plaintext",
    result_action="return_value",
)
app.command(roles, name=ITS_OWN)
app.command(data, name=ITS_OWN)
for group in (servers, analysts, webhooks, spool, quarantine):
    app.command(group)


@app.command
def version(common: Common = NOTHING) -> None:  # noqa: ARG001 - every command takes the common options
    """Print the version."""
    print(version_text())


def version_text() -> str:
    """Version of this statline, such as "0.1.0"."""
    from importlib.metadata import version as installed

    return installed("statline")


def main(arguments: list[str] | None = None) -> None:
    """Run the command of `arguments` (default: the process's) and exit with its code."""
    given = sys.argv[1:] if arguments is None else arguments
    sys.exit(run(given))


def run(arguments: list[str]) -> int:
    """Run one command; its exit code."""
    return exit_code(lambda: _command(arguments), wants_traceback="--debug" in arguments)


def _command(arguments: list[str]) -> None:
    try:
        app(arguments, exit_on_error=False, print_error=False)
    except CycloptsError as error:
        raise WrongUsage(f"{error} (see statline --help)") from None
