"""How the program ends: exit codes, and one line, without secrets, for whatever failed. 0 done, 1 failed, 2 wrong usage or a refused setting."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable
from typing import Final

from statline.settings import SettingsError

DONE: Final = 0
FAILED: Final = 1
USAGE: Final = 2
INTERRUPTED: Final = 130


class WrongUsage(Exception):
    """A command line that cannot be read. Exit code 2."""


def exit_code(call: Callable[[], object], *, wants_traceback: bool = False) -> int:
    """The exit code of what `call` does; a failure is told in one line, or raised if its traceback is wanted."""
    try:
        call()
    except (WrongUsage, SettingsError) as error:
        return _refused(USAGE, str(error))
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else FAILED
    except KeyboardInterrupt:
        return _refused(INTERRUPTED, "interrupted")
    except BrokenPipeError:  # `statline servers list | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as error:  # the edge of the program: one clear line, the traceback on request
        if wants_traceback:
            raise
        return _refused(FAILED, f"{error}" or type(error).__name__)
    return DONE


def _refused(code: int, message: str) -> int:
    from statline.redaction import redacted_text

    line = " ".join(redacted_text(message).split())
    with contextlib.suppress(BrokenPipeError):
        sys.stderr.write(f"statline: {line}\n")
    return code
