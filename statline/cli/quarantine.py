"""`statline quarantine`: what could not become rows."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter

from statline.cli.options import NOTHING, Common, Format

quarantine = App(name="quarantine", help="What could not become rows: look at it, try again, drop it.")


@quarantine.command(name="ls")
def list_quarantine(
    *,
    reason: Annotated[str, Parameter(help="Only those of this reason.")] = "",
    limit: Annotated[int, Parameter(help="Show at most so many; the counts are of all.")] = 100,
    format: Annotated[Format, Parameter(help="text or json.")] = "text",
    common: Common = NOTHING,
) -> None:
    """List what is kept aside: reason, server, time, events."""
    from statline.quarantine_command import listed as run

    print(run(common.settings(), format, limit, reason))


@quarantine.command
def show(
    id: Annotated[str, Parameter(help="As `ls` shows it.")],
    /,
    *,
    format: Annotated[Format, Parameter(help="text or json.")] = "text",
    common: Common = NOTHING,
) -> None:
    """Show one entry: why it is here, and its bytes with everything escaped that a terminal would obey."""
    from statline.quarantine_command import shown as run

    print(run(common.settings(), id, format))


@quarantine.command(name="replay")
def replay_quarantine(
    *ids: Annotated[str, Parameter(help="As `ls` shows them.")],
    reason: Annotated[str, Parameter(help="All of this reason.")] = "",
    all: Annotated[bool, Parameter(help="Everything.", negative="")] = False,
    common: Common = NOTHING,
) -> None:
    """Send entries through the ingest again, as new reports of their servers; what fails again comes back."""
    from statline.quarantine_command import Selection
    from statline.quarantine_command import replayed as run

    print(run(common.settings(), Selection(ids, reason, all)))


@quarantine.command
def drop(
    *ids: Annotated[str, Parameter(help="As `ls` shows them.")],
    reason: Annotated[str, Parameter(help="All of this reason.")] = "",
    all: Annotated[bool, Parameter(help="Everything.", negative="")] = False,
    yes: Annotated[bool, Parameter(help="Do not ask.", negative="")] = False,
    common: Common = NOTHING,
) -> None:
    """Delete entries for good."""
    from statline.quarantine_command import Selection
    from statline.quarantine_command import dropped as run

    print(run(common.settings(), Selection(ids, reason, all), yes))
