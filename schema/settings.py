"""How a folder declares its settings: a frozen dataclass whose fields carry help, bounds and secrecy.

`statline/settings.py` joins the folders' classes; nothing else knows every setting.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any


def setting(
    default: Any,
    help: str,
    *,
    secret: bool = False,
    minimum: float | None = None,
    maximum: float | None = None,
    choices: Sequence[str] | None = None,
) -> Any:
    """Declare one setting: its default, one sentence of help and the values it accepts.

    `secret` hides the value in `statline doctor` and in logs; bounds are inclusive.
    """
    metadata = {
        "help": help,
        "secret": secret,
        "minimum": minimum,
        "maximum": maximum,
        "choices": tuple(choices) if choices is not None else None,
    }
    return dataclasses.field(default=default, metadata=metadata)
