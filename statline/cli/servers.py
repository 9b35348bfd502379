"""`statline servers`: who may send events."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter

from statline.cli.options import NOTHING, Common, Format, print_what_it_says

servers = App(name="servers", help="Game servers that may send events, and their keys.")


@servers.command
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
    print_what_it_says(run(common.settings(), name, format, facts))


@servers.command(name="list")
def list_servers(
    *,
    format: Annotated[Format, Parameter(help="text or json.")] = "text",
    common: Common = NOTHING,
) -> None:
    """List the registered game servers."""
    from statline.servers_command import listed as run

    print_what_it_says(run(common.settings(), format))


@servers.command
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

    print_what_it_says(run(common.settings(), server, grace_s, format))


@servers.command
def revoke(
    server: Annotated[str, Parameter(help="Id or name.")],
    /,
    *,
    common: Common = NOTHING,
) -> None:
    """Refuse a game server from now on; what it sent stays."""
    from statline.servers_command import revoke as run

    print_what_it_says(run(common.settings(), server))
