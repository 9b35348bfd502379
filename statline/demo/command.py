"""`statline demo`: the command line of the simulator."""

from __future__ import annotations

import asyncio
import json
import math
import secrets
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

from cyclopts import App, Parameter
from cyclopts.types import NonNegativeInt, PositiveFloat, PositiveInt

from statline.cli.options import NOTHING, Common
from statline.demo.fleet import DemoOptions, DemoServer, Spelling
from statline.demo.registry import demo_tokens
from statline.demo.run import Pace, Run
from statline.demo.sender import SendingFailed
from statline.errors import CommandFailed

PROGRESS_S: Final = 5.0
INTERRUPTED: Final = 130

app = App(
    name="statline demo",
    help="Simulate OpenMOHAA servers that send a running statline what the game's scripts send.",
    help_format="plaintext",
    result_action="return_value",
    version_flags=[],
)


@Parameter(name="*")
@dataclass(frozen=True)
class Scene:
    """What is simulated."""

    servers: Annotated[PositiveInt, Parameter(help="Game servers.")] = 1
    players: Annotated[PositiveInt, Parameter(help="People on each server, at most 31.")] = 16
    bots: Annotated[NonNegativeInt, Parameter(help="Bots on each server.")] = 2
    matches: Annotated[PositiveInt, Parameter(help="Matches each server plays, one map after the other.")] = 1
    minutes: Annotated[PositiveFloat, Parameter(help="Length of a match in game time.")] = 10.0
    events: Annotated[
        PositiveInt | None, Parameter(help="End matches early, at about this many events in all.")
    ] = None
    legacy: Annotated[
        NonNegativeInt | None,
        Parameter(
            help="How many servers use the legacy form: one URL-encoded event a request. [default: a quarter]"
        ),
    ] = None
    stranger: Annotated[
        bool,
        Parameter(
            help="Spell everything as strangers' servers do: aliases, raw text, repeats, other clocks.",
            negative="",
        ),
    ] = False
    seed: Annotated[
        NonNegativeInt | None,
        Parameter(
            help="The same seed gives the same matches, other seeds other maps. [default: a new one, printed]"
        ),
    ] = None

    def options(self, started_at_unix_s: float) -> DemoOptions:
        """The simulator's options. Raises CommandFailed."""
        if self.players > 31:
            raise CommandFailed(f"--players: {self.players} is more than the 31 slots of a server")
        return DemoOptions(
            seed=secrets.randbelow(1_000_000) if self.seed is None else self.seed,
            servers=self.servers,
            players=self.players,
            bots=self.bots,
            matches=self.matches,
            match_s=self.minutes * 60,
            events_max=self.events,
            legacy_servers=min(self.servers, self.servers // 4 if self.legacy is None else self.legacy),
            stranger=self.stranger,
            started_at_unix_s=started_at_unix_s,
        )


@app.default
def command(
    *,
    scene: Scene = Scene(),
    speed: Annotated[
        str, Parameter(help="Game seconds in a second, or max: as fast as the server takes them.")
    ] = "1",
    url: Annotated[
        str | None, Parameter(help="Where to send. [default: the address of the settings]")
    ] = None,
    token: Annotated[
        list[str] | None,
        Parameter(
            help="A server's key; repeatable. [default: servers are registered in the data folder]",
            negative="",
        ),
    ] = None,
    expected: Annotated[
        Path | None, Parameter(help="Write the totals that must come out to this file.")
    ] = None,
    write: Annotated[
        Path | None, Parameter(help="Write one match as lines to this file instead of sending it.")
    ] = None,
    common: Common = NOTHING,
) -> int:
    """Play matches and send them; or write one to a file."""
    run = Run(scene.options(time.time()))
    if write is not None:
        write_match(run, write)
    else:
        settings = common.settings()
        address = url or f"http://{settings.statline.host}:{settings.statline.port}"
        tokens = token or asyncio.run(demo_tokens(settings, run.options.servers))
        code = _send(run, address, tokens, parse_speed(speed))
        if code:
            _write_expected(run, expected, "")
            return code
    _write_expected(run, expected, write.name if write else "")
    return 0


def main(arguments: list[str]) -> int:
    """Run the command of these arguments; its exit code. Raises what `statline.cli.run` turns into one line."""
    code = app(arguments, exit_on_error=False, print_error=False)
    return code if isinstance(code, int) else 0


def parse_speed(text: str) -> float:
    """Game seconds in a second; "max" is infinity. Raises CommandFailed."""
    try:
        speed = math.inf if text == "max" else float(text)
    except ValueError:
        speed = math.nan
    if not speed > 0:
        raise CommandFailed(f"--speed: {text!r} is neither a positive number nor max")
    return speed


def write_match(run: Run, file: Path) -> None:
    """Write the one match of a run as lines. Raises CommandFailed when there are several."""
    if run.options.servers * run.options.matches != 1:
        raise CommandFailed("--write writes one match: leave --servers and --matches at 1")
    spelling: Spelling = "stranger" if run.options.stranger else "form"
    with file.open("wb") as lines:
        for ids, requests in DemoServer(run.options, 0, spelling).matches():
            counted = run.begin(ids)
            for request in requests:
                lines.write(request.body + b"\n")
                run.acknowledge(counted, request, request.accepted)
    print(f"seed {run.options.seed}: wrote {run.counted[0].lines} lines to {file}")


def _send(run: Run, url: str, tokens: list[str], speed: float) -> int:
    options = run.options
    print(
        f"seed {options.seed}: {options.servers} servers, {options.players} players each -> {url}", flush=True
    )
    started_s = time.monotonic()
    code = 0
    try:
        asyncio.run(_send_and_report(run, url, tokens, speed))
    except* SendingFailed as failures:
        raise CommandFailed(str(failures.exceptions[0])) from failures
    except* KeyboardInterrupt:
        code = INTERRUPTED
    print(_summary(run, time.monotonic() - started_s))
    for mismatch in run.mismatches[:5]:
        print(mismatch)
    return code or (1 if run.mismatches else 0)


async def _send_and_report(run: Run, url: str, tokens: list[str], speed: float) -> None:
    loop = asyncio.get_running_loop()
    reporter = loop.create_task(_report(run))
    try:
        await run.send(url, tokens, Pace(speed, loop.time))
    finally:
        reporter.cancel()


async def _report(run: Run) -> None:
    while True:
        await asyncio.sleep(PROGRESS_S)
        progress = run.progress
        print(
            f"{progress.events:>9,} events  {progress.matches} matches done  {progress.retries} retries",
            flush=True,
        )


def _summary(run: Run, seconds: float) -> str:
    progress, totals = run.progress, run.totals()
    return (
        f"sent {progress.events:,} events in {progress.requests:,} requests, {seconds:.1f} s "
        f"({progress.events / max(seconds, 1e-9):,.0f}/s), {progress.retries} retries\n"
        f"kills {totals.get('kills', 0):,}  deaths {totals.get('deaths', 0):,}  headshots {totals.get('headshots', 0):,}  "
        f"suicides {totals.get('suicides', 0)}  team kills {totals.get('teamkills', 0)}  bot kills {totals.get('bot_kills', 0)}"
    )


def _write_expected(run: Run, file: Path | None, source: str) -> None:
    if file is not None:
        file.write_text(
            json.dumps(run.expected(source), indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
        )
