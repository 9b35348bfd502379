"""Where a running engine is and how to log in: `<data>/clickhouse/engine.json`, readable by its owner only.

`engine.json` exists while an engine runs; `address.json` beside it keeps the last address, so that after a crash clients find
the engine again under the URL they have. Both name their folder: a copied one must not lead to the engine of the folder it was copied
from, which would take its events.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

USER: Final = "statline"
TOKEN_BYTES: Final = 32


@dataclass(frozen=True)
class Address:
    """Loopback port and login of an engine."""

    port: int
    user: str
    password: str

    @property
    def url(self) -> str:
        """As `clickhouse.client` takes it."""
        return f"http://{self.user}:{self.password}@127.0.0.1:{self.port}"


def engine_folder(data_dir: Path) -> Path:
    """The folder that holds chdb's files."""
    return data_dir / "clickhouse"


def engine_url(data_dir: Path) -> str | None:
    """URL of the engine that runs on this data folder, None when none is ready."""
    address = _read(engine_folder(data_dir) / "engine.json")
    return None if address is None else address.url


def last_address(data_dir: Path, port: int | None) -> Address:
    """The address of the last run, or a new one. Port 0 means any free port."""
    last = _read(engine_folder(data_dir) / "address.json")
    password = last.password if last is not None else secrets.token_urlsafe(TOKEN_BYTES)
    return Address(port=port or (last.port if last is not None else 0), user=USER, password=password)


def publish(data_dir: Path, address: Address) -> None:
    """Say that the engine is ready at this address."""
    _write(engine_folder(data_dir) / "address.json", address)
    _write(engine_folder(data_dir) / "engine.json", address)


def withdraw(data_dir: Path) -> None:
    """Say that no engine runs any more."""
    with contextlib.suppress(FileNotFoundError):
        (engine_folder(data_dir) / "engine.json").unlink()


def _read(path: Path) -> Address | None:
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        if kept.get("folder") not in (None, _folder(path)):  # None: written before folders were named
            return None
        return Address(port=int(kept["port"]), user=str(kept["user"]), password=str(kept["password"]))
    except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _write(path: Path, address: Address) -> None:
    write_private(path, json.dumps({**asdict(address), "folder": _folder(path)}))


def _folder(path: Path) -> str:
    return str(path.parent.resolve())


def write_private(path: Path, text: str) -> None:
    """Whole or not at all: a reader never sees half a file, and a secret never stands in one that others may read."""
    # A name of its own: two processes may write at once.
    temporary = path.with_suffix(f".{secrets.token_hex(8)}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
