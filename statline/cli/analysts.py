"""`statline analysts`: who may read by SQL."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter

from statline.cli.options import NOTHING, Common, Format, print_what_it_says

analysts = App(name="analysts", help="People and tools that may read ClickHouse by SQL.")


@analysts.command(name="add")
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
    print_what_it_says(run(common.settings(), name, limits, format))


@analysts.command(name="list")
def list_analysts(
    *,
    format: Annotated[Format, Parameter(help="text or json.")] = "text",
    common: Common = NOTHING,
) -> None:
    """List the analysts and their limits."""
    from statline.analysts_command import listed as run

    print_what_it_says(run(common.settings(), format))


@analysts.command(name="revoke")
def revoke_analyst(
    name: Annotated[str, Parameter(help="Name.")],
    /,
    *,
    common: Common = NOTHING,
) -> None:
    """Refuse an analyst from now on."""
    from statline.analysts_command import revoke as run

    print_what_it_says(run(common.settings(), name))
