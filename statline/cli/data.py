"""Asking, exporting and rebuilding what is stored, and whether all is well."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter

from statline.cli.options import NOTHING, Common, Format, print_what_it_says, run_to_the_end
from statline.exits import FAILED

data = App()


@data.command
def rebuild(
    *tables: Annotated[
        str, Parameter(help="Aggregates, such as player_days; or only `ratings`, or only `match_sequences`.")
    ],
    all: Annotated[bool, Parameter(help="Every aggregate.", negative="")] = False,
    force: Annotated[
        bool,
        Parameter(help="Although other nodes stored events lately: their writers must rest.", negative=""),
    ] = False,
    drop_uncovered: Annotated[
        bool, Parameter(help="Give up what is older than the raw events.", negative="")
    ] = False,
    pause_wait_s: Annotated[
        float, Parameter(help="How long to wait for the writer to finish its segment, seconds.")
    ] = 120.0,
    common: Common = NOTHING,
) -> None:
    """Make aggregates again from the raw events and swap them in, while events are accepted and stored."""
    from statline import logs
    from statline.ratings_command import replayed
    from statline.rebuild_command import rebuilt as run
    from statline.sequences_command import TABLES as SETTLED
    from statline.sequences_command import settled_again

    settings = common.settings()
    logs.configure("rebuild", settings.statline.log_level, settings.statline.log_format)
    if tables == ("ratings",):
        print_what_it_says(replayed(settings))
        return
    if tables and set(tables) <= SETTLED:
        print_what_it_says(settled_again(settings))
        return
    print_what_it_says(
        run(
            settings, tables, everything=all, force=force, drop_uncovered=drop_uncovered, pause_s=pause_wait_s
        )
    )


@data.command
def sql(
    statement: Annotated[
        str, Parameter(help="One statement; without it: standard input, on a terminal a prompt.")
    ] = "",
    /,
    *,
    format: Annotated[
        str,
        Parameter(
            help="ClickHouse's name of the answer's form: PrettyCompact, CSVWithNames, JSON, Parquet, …"
        ),
    ] = "PrettyCompact",
    parameter: Annotated[
        list[str] | None, Parameter(help="name=value for {name:Type} in the statement; may be repeated.")
    ] = None,
    common: Common = NOTHING,
) -> None:
    """Ask ClickHouse by SQL, reading only: one statement, or a prompt with history and completion."""
    from statline.sql_command import run

    run_to_the_end(run(common.settings(), statement, format, parameter or []))


@data.command
def export(
    subject: Annotated[str, Parameter(help="matches, scoreboards, players, weapons, kills or events.")],
    /,
    *,
    since: Annotated[
        str,
        Parameter(
            name="--from", help="First day or time, UTC unless it says else: 2026-11-25. [default: all]"
        ),
    ] = "",
    until: Annotated[
        str, Parameter(name="--to", help="Last day, or the time before which. [default: now]")
    ] = "",
    format: Annotated[Literal["parquet", "csv"], Parameter(help="Form of the file.")] = "parquet",
    out: Annotated[
        Path | None, Parameter(help="File to write. [default: SUBJECT_FROM_TO.FORMAT here]")
    ] = None,
    force: Annotated[bool, Parameter(help="Replace the file if it exists.", negative="")] = False,
    common: Common = NOTHING,
) -> None:
    """Write what is stored of a time into one file, with a progress bar."""
    from statline.export_command import run

    print_what_it_says(
        run(common.settings(), subject, since=since, until=until, form=format, out=out, force=force)
    )


@data.command(help_flags=[], version_flags=[])
def demo(*arguments: Annotated[str, Parameter(allow_leading_hyphen=True)]) -> None:
    """Simulate game servers that send events to a running statline: `statline demo --help`."""
    from statline.demo.command import main as run

    raise SystemExit(run(list(arguments)))


@data.command
def doctor(
    *,
    format: Annotated[Format, Parameter(help="text or json.")] = "text",
    common: Common = NOTHING,
) -> None:
    """Show the settings in force and where each comes from, and the state of every store and process."""
    from statline import logs
    from statline.doctor import examine

    settings = common.settings()
    # What is wrong stands in the report.
    logs.configure("doctor", "error", settings.statline.log_format)
    report = asyncio.run(examine(settings))
    print(report.as_json() if format == "json" else report.as_text())
    if not report.is_well:
        raise SystemExit(FAILED)
