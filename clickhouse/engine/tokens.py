"""Deduplication tokens after a kill: forgotten at the start when the rows that they stand for never came.

A table with a deduplication window appends a part's token to `deduplication_logs/` and renames the part into place after it
(seen with strace: 0.2 ms between the two). A kill between them leaves a token without a part: the writer's next try, under
the same token, would be taken for a repetition, and the rows would be missing for ever in that table, be it the raw one or
one of a view. The engine itself does not compare the two when it starts (chdb 26.9). Merges keep tokens and cover the parts
that they merge, and who drops a part drops its tokens: so a token whose part nothing covers is one that was cut off.
`deploy/clickhouse/start.sh` does the same for the server of docker-compose.yml.

A power cut could do the opposite, since the engine syncs a part and not its token: the part is there, and the next try stores its
rows again. So the logs of the raw table are marked for the file system to write through, and what is on the disk then is what a
kill leaves. Not those of the views, sixteen more synced writes for each insert on the disk that reports wait for: what a view
counted twice `statline rebuild` counts again from the raw table.
"""

from __future__ import annotations

import fcntl
import logging
import os
import re
import struct
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

DROPPED: Final = "2"
LOGS: Final = "deduplication_logs"
TAIL_BYTES: Final = 1 << 14
"""Looked at, of each of a table's two last logs. Token and part of an insert are written under the table's lock, so only the
last token can lack its part; it may stand in the last log but one, since logs are changed between the two."""

_GET_FLAGS: Final = 0x80086601
_SET_FLAGS: Final = 0x40086602
"""FS_IOC_GETFLAGS and FS_IOC_SETFLAGS of Linux (linux/fs.h), 64 bits: x86-64 and arm64."""
_WRITTEN_THROUGH: Final = 0x8
"""FS_SYNC_FL, `chattr +S`: a write returns when it is on the disk. New files of such a folder are such, too."""

_PART: Final = re.compile(r"([^_]+)_(\d+)_(\d+)_\d+(?:_\d+)?")

log = logging.getLogger("clickhouse.engine")


class Blocks(NamedTuple):
    """The blocks of one partition that a part holds, first and last."""

    partition: str
    first: int
    last: int

    def cover(self, other: Blocks) -> bool:
        """Whether the other's rows are among these."""
        return self.partition == other.partition and self.first <= other.first and other.last <= self.last


def forget_tokens_without_parts(folder: Path) -> None:
    """Write off the tokens below the engine's `folder` whose parts are not there. Only while no engine runs."""
    for logs in folder.glob(f"store/*/*/{LOGS}"):
        _forget_in_table(logs)


def write_tokens_through(table: Path) -> bool:
    """Let the tokens of a table's folder reach the disk before their parts do; whether the file system can do that.

    ext4, xfs and btrfs of Linux can.
    """
    logs = table / LOGS
    if sys.platform != "linux":
        return False
    return not logs.is_dir() or all(_write_through(path) for path in (logs, *logs.glob("*.txt")))


def _write_through(path: Path) -> bool:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return True  # the engine has dropped it meanwhile
    try:
        [flags] = struct.unpack("l", fcntl.ioctl(descriptor, _GET_FLAGS, struct.pack("l", 0)))
        if not flags & _WRITTEN_THROUGH:
            fcntl.ioctl(descriptor, _SET_FLAGS, struct.pack("l", flags | _WRITTEN_THROUGH))
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return True


def _forget_in_table(logs: Path) -> None:
    files = sorted(logs.glob("deduplication_log_*.txt"), key=_number)
    known = _known(files[-2:])
    parts = [blocks for path in logs.parent.iterdir() if (blocks := _blocks(path.name))]
    missing = {
        token: name
        for token, name in known.items()
        if (wanted := _blocks(name)) and not any(part.cover(wanted) for part in parts)
    }
    if missing:
        _append(files[-1], "".join(f"{DROPPED}\t{name}\t{token}\n" for token, name in missing.items()))
        log.warning("an insert into %s was cut off by a kill; it may be repeated", logs.parent)


def _known(files: Sequence[Path]) -> dict[str, str]:
    """The last tokens that the engine would know, with the part that was written under each."""
    known: dict[str, str] = {}
    for kind, part, token in _records(files):
        if kind == DROPPED:
            known.pop(token, None)
        else:
            known[token] = part
    return known


def _records(files: Sequence[Path]) -> Iterator[list[str]]:
    """Whole records only: a torn one is none, as for the engine."""
    for path in files:
        with path.open("rb") as file:
            start = max(0, os.fstat(file.fileno()).st_size - TAIL_BYTES)
            file.seek(start)
            lines = file.read().decode(errors="replace").split("\n")
        for line in lines[1 if start else 0 : -1]:
            if len(fields := line.split("\t")) == 3:
                yield fields


def _append(path: Path, records: str) -> None:
    """Add records behind the last whole one, on the disk when this returns."""
    with path.open("r+b") as file:
        file.truncate(file.read().rfind(b"\n") + 1)
        file.seek(0, os.SEEK_END)
        file.write(records.encode())
        file.flush()
        os.fsync(file.fileno())


def _blocks(part: str) -> Blocks | None:
    """What the name of a part says; None for other names, and for parts that are not in place (`tmp_insert_…`)."""
    found = _PART.fullmatch(part)
    return Blocks(found[1], int(found[2]), int(found[3])) if found else None


def _number(path: Path) -> int:
    return int(path.stem.rpartition("_")[2])
