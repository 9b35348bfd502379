"""The command line. It parses, loads the settings and hands over; what a command does stands in its own module.

Exit codes: 0 done, 1 failed (one line on stderr says why), 2 wrong usage or a refused setting.
Heavy modules are imported by the command that needs them: `statline --help` answers in a quarter of a second.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from cyclopts import App, CycloptsError, Parameter, validators

from statline.exits import DONE, FAILED, WrongUsage, exit_code
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
servers_app = App(name="servers", help="Game servers that may send events, and their keys.")
app.command(servers_app)
analysts_app = App(name="analysts", help="People and tools that may read ClickHouse by SQL.")
app.command(analysts_app)
webhooks_app = App(name="webhooks", help="Addresses that are told of matches and records.")
app.command(webhooks_app)
spool_app = App(
    name="spool", help="What is received and not yet stored: look at it, check it, put saved segments back."
)
app.command(spool_app)
quarantine_app = App(name="quarantine", help="What could not become rows: look at it, try again, drop it.")
app.command(quarantine_app)


@app.command
def serve(
    common: Common = NOTHING,
    *,
    workers: Annotated[int | None, Parameter(help="Web processes on the one port. [default: 1]")] = None,
) -> None:
    """Run everything: the embedded stores, the writer and the web role, supervised. Ctrl-C stops it."""
    from statline.supervisor import run

    _run(run(common.settings(workers=workers)))


@app.command
def web(
    common: Common = NOTHING,
    *,
    worker: Annotated[
        int,
        Parameter(
            help="Which of the web processes of this data folder it is; each has a spool folder of its own.",
            validator=validators.Number(gte=1),
        ),
    ] = 1,
    supervisor: Annotated[int, Parameter(show=False)] = 0,
    listener: Annotated[int, Parameter(show=False)] = -1,
) -> None:
    """Run the web role alone: HTTP, answers, the ingest door. Stores by URL, or those of a running data folder."""
    from statline.roles import run_role

    run_role("web", common.settings(), supervisor, listener, worker)


@app.command
def writer(common: Common = NOTHING, *, supervisor: Annotated[int, Parameter(show=False)] = 0) -> None:
    """Run the writer alone: decode what the web role spooled and insert it."""
    from statline.roles import run_role

    run_role("writer", common.settings(), supervisor)


@app.command
def worker(common: Common = NOTHING, *, supervisor: Annotated[int, Parameter(show=False)] = 0) -> None:
    """Run the worker alone: background jobs, such as settling the matches that are over."""
    from statline.roles import run_role

    run_role("worker", common.settings(), supervisor)


@app.command
def engine(common: Common = NOTHING, *, supervisor: Annotated[int, Parameter(show=False)] = 0) -> None:
    """Run the embedded ClickHouse alone: chdb behind ClickHouse's HTTP interface on a loopback port."""
    from statline.roles import run_role

    run_role("engine", common.settings(), supervisor)


@app.command
def migrate(common: Common = NOTHING) -> None:
    """Bring the schemas of Postgres and ClickHouse up to date; `serve` does so itself at start."""
    from statline import logs
    from statline.migrate_command import migrate as run

    settings = common.settings()
    logs.configure("migrate", settings.statline.log_level, settings.statline.log_format)
    _print(run(settings))


@servers_app.command
def add(
    name: Annotated[str, Parameter(help="Its name, 1 to 64 characters, unique among active servers.")],
    /,
    *,
    address: Annotated[str, Parameter(help="Its public address, for the server list.")] = "",
    server_port: Annotated[int, Parameter(help="Its game port, for the server list.")] = 0,
    region: Annotated[str, Parameter(help="Its region, for the server list.")] = "",
    country: Annotated[str, Parameter(help="Its country, for the server list.")] = "",
    description: Annotated[str, Parameter(help="What people should know about it.")] = "",
    max_players: Annotated[int, Parameter(help="Its player slots.")] = 0,
    official: Annotated[bool, Parameter(help="Mark it as official.", negative="")] = False,
    format: Annotated[Format, Parameter(help="json prints exactly {server_id, token}.")] = "text",
    common: Common = NOTHING,
) -> None:
    """Register a game server and print its token, which is shown only once."""
    from statline.servers_command import add as run

    facts = {
        "address": address, "port": server_port, "region": region, "country": country,
        "description": description, "max_players": max_players, "is_official": official,
    }  # fmt: skip
    _print(run(common.settings(), name, format, facts))


@servers_app.command(name="list")
def list_servers(
    *,
    format: Annotated[Format, Parameter(help="text or json.")] = "text",
    common: Common = NOTHING,
) -> None:
    """List the registered game servers."""
    from statline.servers_command import listed as run

    _print(run(common.settings(), format))


@servers_app.command
def rotate(
    server: Annotated[str, Parameter(help="Id or name.")],
    /,
    *,
    grace_s: Annotated[float, Parameter(help="Seconds the old key stays valid.")] = 0.0,
    format: Annotated[Format, Parameter(help="json prints exactly {server_id, token}.")] = "text",
    common: Common = NOTHING,
) -> None:
    """Give a game server a new token, shown only once."""
    from statline.servers_command import rotate as run

    _print(run(common.settings(), server, grace_s, format))


@servers_app.command
def revoke(
    server: Annotated[str, Parameter(help="Id or name.")],
    /,
    *,
    common: Common = NOTHING,
) -> None:
    """Refuse a game server from now on; what it sent stays."""
    from statline.servers_command import revoke as run

    _print(run(common.settings(), server))


@analysts_app.command(name="add")
def add_analyst(
    name: Annotated[str, Parameter(help="How to log in: 1 to 32 of a-z, 0-9 and _.")],
    /,
    *,
    query_time_s: Annotated[float, Parameter(help="Longest time of one statement, seconds.")] = 30.0,
    query_memory_mib: Annotated[int, Parameter(help="Most memory of one statement, MiB.")] = 512,
    result_rows: Annotated[int, Parameter(help="Most rows of one answer.")] = 1_000_000,
    queries: Annotated[int, Parameter(help="Statements at once; more wait.")] = 4,
    format: Annotated[Format, Parameter(help="json prints exactly {name, password}.")] = "text",
    common: Common = NOTHING,
) -> None:
    """Let somebody read ClickHouse by SQL, and print the password, which is shown only once."""
    from postgres.analysts import Limits
    from statline.analysts_command import add as run

    limits = Limits(query_time_s, query_memory_mib << 20, result_rows, queries)
    _print(run(common.settings(), name, limits, format))


@analysts_app.command(name="list")
def list_analysts(
    *,
    format: Annotated[Format, Parameter(help="text or json.")] = "text",
    common: Common = NOTHING,
) -> None:
    """List the analysts and their limits."""
    from statline.analysts_command import listed as run

    _print(run(common.settings(), format))


@analysts_app.command(name="revoke")
def revoke_analyst(
    name: Annotated[str, Parameter(help="Name.")],
    /,
    *,
    common: Common = NOTHING,
) -> None:
    """Refuse an analyst from now on."""
    from statline.analysts_command import revoke as run

    _print(run(common.settings(), name))


@webhooks_app.command(name="add")
def add_webhook(
    name: Annotated[str, Parameter(help="1 to 32 of a-z, 0-9, _ and -.")],
    url: Annotated[str, Parameter(help="Address that is told, https://…")],
    /,
    *,
    form: Annotated[
        Literal["signed", "discord"], Parameter(help="JSON with a signature, or a Discord message.")
    ] = "signed",
    events: Annotated[str, Parameter(help="What is told: match_end, record.")] = "match_end,record",
    format: Annotated[Format, Parameter(help="json prints exactly {name, secret}.")] = "text",
    common: Common = NOTHING,
) -> None:
    """Tell an address of matches and records, and print the secret of its signatures, which is shown only once."""
    from statline.webhooks_command import add as run

    _print(run(common.settings(), name, form, url, tuple(events.replace(" ", "").split(",")), format))


@webhooks_app.command(name="list")
def list_webhooks(
    *,
    format: Annotated[Format, Parameter(help="text or json.")] = "text",
    common: Common = NOTHING,
) -> None:
    """List the webhooks and what they were told."""
    from statline.webhooks_command import listed as run

    _print(run(common.settings(), format))


@webhooks_app.command(name="remove")
def remove_webhook(
    name: Annotated[str, Parameter(help="Name.")],
    /,
    *,
    common: Common = NOTHING,
) -> None:
    """Tell an address nothing more."""
    from statline.webhooks_command import remove as run

    _print(run(common.settings(), name))


@webhooks_app.command(name="test")
def try_webhook(
    name: Annotated[str, Parameter(help="Name.")],
    /,
    *,
    common: Common = NOTHING,
) -> None:
    """Send an example of each of its events to an address."""
    from statline.webhooks_command import test as run

    _print(run(common.settings(), name))


@spool_app.command(name="ls")
def list_segments(
    *, format: Annotated[Format, Parameter(help="text or json.")] = "text", common: Common = NOTHING
) -> None:
    """List the segments of every spool folder: state, events, bytes, age."""
    from statline.spool_command import listed as run

    print(run(common.settings(), format))


@spool_app.command
def verify(
    *, format: Annotated[Format, Parameter(help="text or json.")] = "text", common: Common = NOTHING
) -> None:
    """Check every record of every segment, also while statline runs; changes nothing. Exit code 1: damage."""
    from statline.spool_command import verified as run

    outcome = run(common.settings(), format)
    print(outcome.text)
    if not outcome.is_well:
        raise SystemExit(FAILED)


@spool_app.command(name="replay")
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


@quarantine_app.command(name="ls")
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


@quarantine_app.command
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


@quarantine_app.command(name="replay")
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


@quarantine_app.command
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


@app.command
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
        _print(replayed(settings))
        return
    if tables and set(tables) <= SETTLED:
        _print(settled_again(settings))
        return
    _print(
        run(
            settings, tables, everything=all, force=force, drop_uncovered=drop_uncovered, pause_s=pause_wait_s
        )
    )


@app.command
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

    code = asyncio.run(run(common.settings(), statement, format, parameter or []))
    if code != DONE:
        raise SystemExit(code)


@app.command
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

    _print(run(common.settings(), subject, since=since, until=until, form=format, out=out, force=force))


@app.command(help_flags=[], version_flags=[])
def demo(*arguments: Annotated[str, Parameter(allow_leading_hyphen=True)]) -> None:
    """Simulate game servers that send events to a running statline: `statline demo --help`."""
    from statline.demo.command import main as run

    raise SystemExit(run(list(arguments)))


@app.command
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


def _run(task: Coroutine[Any, Any, int]) -> None:
    code = asyncio.run(task)
    if code != DONE:
        raise SystemExit(code)


def _print(task: Coroutine[Any, Any, str]) -> None:
    print(asyncio.run(task))
