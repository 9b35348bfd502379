"""The web processes of a node: one is called `web`, further ones `web-2`, `web-3` and so on.

The name is that of the process's lock, its spool folder, its metrics files and its log lines. The first keeps the
plain name, so that a node goes on with its folders when it gets a second process or gives it up again.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from statline import locks

WEB: Final = "web"


def web_role(number: int) -> str:
    """Name of the web process `number`, counted from 1."""
    return WEB if number == 1 else f"{WEB}-{number}"


def running_web_roles(data_dir: Path) -> list[str]:
    """The web processes that run on a data folder now, whoever started them."""
    known = sorted(path.stem for path in locks.lock_path(data_dir, WEB).parent.glob(f"{WEB}*.lock"))
    return [role for role in known if locks.holder(data_dir, role) is not None]
