"""`statline webhooks`: who is told."""

from __future__ import annotations

from typing import Annotated, Literal

from cyclopts import App, Parameter

from statline.cli.options import NOTHING, Common, Format, print_what_it_says

webhooks = App(name="webhooks", help="Addresses that are told of matches and records.")


@webhooks.command(name="add")
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

    print_what_it_says(
        run(common.settings(), name, form, url, tuple(events.replace(" ", "").split(",")), format)
    )


@webhooks.command(name="list")
def list_webhooks(
    *,
    format: Annotated[Format, Parameter(help="text or json.")] = "text",
    common: Common = NOTHING,
) -> None:
    """List the webhooks and what they were told."""
    from statline.webhooks_command import listed as run

    print_what_it_says(run(common.settings(), format))


@webhooks.command(name="remove")
def remove_webhook(
    name: Annotated[str, Parameter(help="Name.")],
    /,
    *,
    common: Common = NOTHING,
) -> None:
    """Tell an address nothing more."""
    from statline.webhooks_command import remove as run

    print_what_it_says(run(common.settings(), name))


@webhooks.command(name="test")
def try_webhook(
    name: Annotated[str, Parameter(help="Name.")],
    /,
    *,
    common: Common = NOTHING,
) -> None:
    """Send an example of each of its events to an address."""
    from statline.webhooks_command import test as run

    print_what_it_says(run(common.settings(), name))
