"""How much memory this node uses of what it may: the container's where there is one, else the machine's."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

CGROUP = Path("/sys/fs/cgroup")
MEMINFO = Path("/proc/meminfo")


class Memory(NamedTuple):
    """Bytes in use, page cache that can be dropped left out, and the most there are."""

    used_bytes: int
    limit_bytes: int


def memory(cgroup: Path = CGROUP, meminfo: Path = MEMINFO) -> Memory | None:
    """None where Linux does not tell."""
    try:
        machine = _numbers(meminfo)
        total = machine["MemTotal:"] * 1024
        used = total - machine["MemAvailable:"] * 1024
    except (OSError, KeyError):
        return None
    try:
        limit = int((cgroup / "memory.max").read_text())
        cached = _numbers(cgroup / "memory.stat")["inactive_file"]
        return Memory(int((cgroup / "memory.current").read_text()) - cached, min(limit, total))
    except (OSError, KeyError, ValueError):  # no cgroup, or one without a limit ("max")
        return Memory(used, total)


def _numbers(path: Path) -> dict[str, int]:
    """`name number …` lines."""
    lines = (line.split() for line in path.read_text().splitlines())
    return {words[0]: int(words[1]) for words in lines if len(words) > 1 and words[1].isdigit()}
