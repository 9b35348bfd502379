"""The sample payloads of OpenMOHAA servers, for tests. See openmohaa/README.md."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_FOLDER: Final = Path(__file__).with_name("openmohaa")


def sample(name: str) -> bytes:
    """A sample file as bytes."""
    return (_FOLDER / name).read_bytes()


def sample_lines(name: str) -> list[bytes]:
    """The non-empty lines of a sample file."""
    return [line for line in sample(name).split(b"\n") if line.strip()]
