"""`python -m tests.chaos --kills 50 --events 1000000 --seed N`: the long form. A failing run keeps its folder."""

from __future__ import annotations

import argparse
import asyncio
import secrets
import shutil
import sys
import tempfile
import time
from pathlib import Path

from tests.chaos.run import run


def main() -> int:
    """Run once; 1 if a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    chosen = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="statline-chaos-"))
    _say(f"seed {chosen.seed}, folder {folder}")
    began_s = time.monotonic()
    try:
        result = asyncio.run(run(folder, chosen.seed, chosen.kills, chosen.events, _say))
    except (AssertionError, TimeoutError) as broken:
        _say(f"FAILED with --seed {chosen.seed} --kills {chosen.kills} --events {chosen.events}: {broken}")
        _say(f"the folder is kept: {folder}")
        return 1
    _say(f"all promises kept: {result}; {time.monotonic() - began_s:.0f} s")
    shutil.rmtree(folder)
    return 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
