from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from statline.cli import app
from statline.supervised import ROLES, be_role, command, read


@pytest.mark.parametrize(
    "arguments", [[], ["--version"], ["serve"], ["web", "--port=1"], ["sql", "--supervisor=1"]]
)
def test_what_no_supervisor_asked_for_is_left_to_the_command_line(arguments: list[str]) -> None:
    assert be_role(arguments) is False


@pytest.mark.parametrize("role", ROLES)
def test_a_role_reads_what_the_command_line_would(role: str, tmp_path: Path) -> None:
    config = tmp_path / "a = b.toml"
    config.write_text("[statline]\nlog_level = 'debug'\nport = 5\n")
    written = command(role, data_dir=tmp_path, host="::1", port=0, log_format="json", config=config)[3:]
    parsed, bound, _ = app.parse_args(written, exit_on_error=False)
    settings, numbers = read(written[1:])
    assert parsed.__name__ == role
    assert settings == bound.arguments["common"].settings()
    assert (settings.statline.port, settings.statline.log_level) == (0, "debug")
    assert numbers == {"supervisor": os.getpid()} == {"supervisor": bound.arguments["supervisor"]}


def test_a_web_role_is_told_of_its_listener_and_its_number(tmp_path: Path) -> None:
    written = command("web", data_dir=tmp_path, listener=7, worker=2, config=None)
    assert read(written[4:])[1] == {"supervisor": os.getpid(), "listener": 7, "worker": 2}


def test_a_role_whose_supervisor_is_gone_ends_and_says_so_in_one_line(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "statline", "engine", f"--data-dir={tmp_path}", "--supervisor=1"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (ended.returncode, ended.stderr) == (1, "statline: the supervisor is gone\n")


def test_a_setting_that_is_refused_ends_a_role_with_one_line(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "statline", "writer", f"--data-dir={tmp_path}", "--port=many", "--supervisor=1"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ended.returncode == 2  # as of the command line
    assert ended.stderr == "statline: statline.port must be a whole number, not 'many' (option --port)\n"


def test_a_secret_in_what_is_refused_is_not_shown(tmp_path: Path) -> None:
    config = tmp_path / "statline.toml"
    config.write_text("[statline]\nport = 'x://ann:hunter2@host'\n")
    ended = subprocess.run(
        [sys.executable, "-m", "statline", "writer", f"--data-dir={tmp_path}", f"--config={config}", "--supervisor=1"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ended.returncode == 2
    assert ended.stderr.startswith("statline: statline.port must be a whole number")
    assert "hunter2" not in ended.stderr
