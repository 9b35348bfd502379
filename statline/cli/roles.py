"""Running statline: everything, or one role of it."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter, validators

from statline.cli.options import NOTHING, Common, print_what_it_says, run_to_the_end

roles = App()


@roles.command
def serve(
    common: Common = NOTHING,
    *,
    workers: Annotated[int | None, Parameter(help="Web processes on the one port. [default: 1]")] = None,
) -> None:
    """Run everything: the embedded stores, the writer and the web role, supervised. Ctrl-C stops it."""
    from statline.supervisor import run

    run_to_the_end(run(common.settings(workers=workers)))


@roles.command
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


@roles.command
def writer(common: Common = NOTHING, *, supervisor: Annotated[int, Parameter(show=False)] = 0) -> None:
    """Run the writer alone: decode what the web role spooled and insert it."""
    from statline.roles import run_role

    run_role("writer", common.settings(), supervisor)


@roles.command
def worker(common: Common = NOTHING, *, supervisor: Annotated[int, Parameter(show=False)] = 0) -> None:
    """Run the worker alone: background jobs, such as settling the matches that are over."""
    from statline.roles import run_role

    run_role("worker", common.settings(), supervisor)


@roles.command
def engine(common: Common = NOTHING, *, supervisor: Annotated[int, Parameter(show=False)] = 0) -> None:
    """Run the embedded ClickHouse alone: chdb behind ClickHouse's HTTP interface on a loopback port."""
    from statline.roles import run_role

    run_role("engine", common.settings(), supervisor)


@roles.command
def migrate(common: Common = NOTHING) -> None:
    """Bring the schemas of Postgres and ClickHouse up to date; `serve` does so itself at start."""
    from statline import logs
    from statline.migrate_command import migrate as run

    settings = common.settings()
    logs.configure("migrate", settings.statline.log_level, settings.statline.log_format)
    print_what_it_says(run(settings))
