"""Where a server's unix socket goes: beside its data, or in a short place when that path is too long.

A socket's whole path must fit 107 bytes (struct sockaddr_un); a data folder may lie deeper than that.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from pathlib import Path
from typing import Final

PATH_BYTES_MAX: Final = 103
"""macOS allows 103 bytes, Linux 107: the smaller one, so that a data folder means the same on both."""

SHORT_PLACE: Final = Path("/tmp")  # noqa: S108 - the folder in it is made 0700 and its owner checked
"""Not $TMPDIR nor $XDG_RUNTIME_DIR: every process that uses one data folder must find the same place."""


def socket_folder(folder: Path, name: str) -> Path:
    """The folder for socket `name` of a server whose data lies in `folder`; not created here.

    That is `folder` itself where the path fits and can stand in a URL, else a folder under /tmp named after the user and the path.
    """
    folder = folder.resolve()
    # A comma separates addresses in a Postgres URL and folders in its settings.
    if len(os.fsencode(folder / name)) <= PATH_BYTES_MAX and not {",", '"'} & set(str(folder)):
        return folder
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    return SHORT_PLACE / f"statline-{os.geteuid()}-{digest}"


def create_private_folder(folder: Path, owner: int | None = None) -> None:
    """Create `folder` for its owner only (0700; `owner` = uid, default: this user).

    Raises PermissionError when somebody else made it before: under /tmp that would let them answer in our name.
    """
    owner = os.geteuid() if owner is None else owner
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (os.geteuid(), owner):
        raise PermissionError(f"{folder} exists and belongs to another user")
    if found.st_uid != owner:
        os.chown(folder, owner, -1)
    folder.chmod(0o700)


def remove_short_folder(sockets: Path, folder: Path) -> None:
    """Remove what `socket_folder` chose outside of `folder`, once the server has stopped and it is empty."""
    if sockets != folder.resolve():
        with contextlib.suppress(OSError):
            sockets.rmdir()
