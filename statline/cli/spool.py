"""`statline spool`: what is received and not yet stored."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from statline.cli.options import NOTHING, Common, Format
from statline.exits import FAILED

spool = App(
    name="spool", help="What is received and not yet stored: look at it, check it, put saved segments back."
)


@spool.command(name="ls")
def list_segments(
    *, format: Annotated[Format, Parameter(help="text or json.")] = "text", common: Common = NOTHING
) -> None:
    """List the segments of every spool folder: state, events, bytes, age."""
    from statline.spool_command import listed as run

    print(run(common.settings(), format))


@spool.command
def verify(
    *, format: Annotated[Format, Parameter(help="text or json.")] = "text", common: Common = NOTHING
) -> None:
    """Check every record of every segment, also while statline runs; changes nothing. Exit code 1: damage."""
    from statline.spool_command import verified as run

    outcome = run(common.settings(), format)
    print(outcome.text)
    if not outcome.is_well:
        raise SystemExit(FAILED)


@spool.command(name="replay")
def replay_segments(
    files: Annotated[list[Path], Parameter(help="Saved copies of segments.", negative="")],
    /,
    *,
    again: Annotated[
        bool, Parameter(help="Also reports whose events are stored: they may count twice.", negative="")
    ] = False,
    common: Common = NOTHING,
) -> None:
    """Put the reports of saved segments back into the ingest, with their servers and first receive times."""
    from statline.spool_command import replay as run

    outcome = asyncio.run(run(common.settings(), files, again))
    print(outcome.text)
    if not outcome.is_well:
        raise SystemExit(FAILED)
