"""Files whose writes are on the disk when they return, as the file system tells: the S of lsattr and chattr."""

from __future__ import annotations

import fcntl
import os
import struct
from pathlib import Path
from typing import Final

GET_FLAGS: Final = 0x80086601
SET_FLAGS: Final = 0x40086602
SYNC: Final = 0x8
"""linux/fs.h: FS_IOC_GETFLAGS, FS_IOC_SETFLAGS, FS_SYNC_FL."""


def is_written_through(path: Path) -> bool:
    """Whether a write to it is on the disk when it returns."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        [flags] = struct.unpack("l", fcntl.ioctl(descriptor, GET_FLAGS, bytes(8)))
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return bool(flags & SYNC)


def can_write_through(folder: Path) -> bool:
    """Whether the folder's file system has that: ext4 has, tmpfs has not."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.ioctl(descriptor, SET_FLAGS, struct.pack("l", SYNC))
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return is_written_through(folder)
