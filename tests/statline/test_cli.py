"""The command line as a user meets it: real processes, exit codes, one clear line for an error."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

COMMANDS = ("serve", "web", "writer", "worker", "engine", "migrate", "servers", "demo", "doctor", "version")


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="statline-test-") as name:
        # As root, Postgres runs as its own user, who must pass; else statline opens the folder and says so.
        Path(name).chmod(0o711)
        yield Path(name)


def statline(*arguments: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("STATLINE_")}
    return subprocess.run(
        [sys.executable, "-m", "statline", *arguments], capture_output=True, text=True, cwd=cwd, timeout=60,
        env={**environment, "COLUMNS": "200", **variables}, check=False,
    )  # fmt: skip


def test_help_names_every_command(folder: Path) -> None:
    done = statline("--help", cwd=folder)
    assert done.returncode == 0
    for command in COMMANDS:
        assert re.search(rf"\b{command}\b", done.stdout), command
    assert "Exit codes" in done.stdout


@pytest.mark.parametrize("command", ["serve", "migrate", "doctor", "servers add", "servers list"])
def test_every_command_has_help_with_the_common_options(folder: Path, command: str) -> None:
    done = statline(*command.split(), "--help", cwd=folder)
    assert done.returncode == 0
    for option in ("--data-dir", "--config", "--host", "--port"):
        assert option in done.stdout


def test_the_version_is_the_package_s(folder: Path) -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", statline("version", cwd=folder).stdout)
    assert statline("--version", cwd=folder).stdout == statline("version", cwd=folder).stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["no-such-command"], "no-such-command"),
        (["serve", "--no-such-option"], "--no-such-option"),
        (["serve", "--port", "many"], "many"),
        (["serve", "--port", "70000"], "statline.port must be at most 65535, not 70000 (option --port)"),
        (["servers", "add"], "NAME"),
        (["servers", "list", "--config", "nowhere.toml"], "nowhere.toml does not exist"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_2(folder: Path, arguments: list[str], said: str) -> None:
    done = statline(*arguments, cwd=folder)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("statline: ")
    assert done.stderr.count("\n") == 1
    assert said in done.stderr


def test_an_unknown_setting_is_refused_by_name_before_anything_starts(folder: Path) -> None:
    done = statline("serve", "--data-dir", "never-made", cwd=folder, STATLINE_PRT="1")
    assert done.returncode == 2
    assert (
        done.stderr
        == "statline: unknown setting STATLINE_PRT in the environment (did you mean STATLINE_PORT?)\n"
    )
    assert not (folder / "never-made").exists()


def test_servers_are_added_listed_rotated_and_revoked_without_a_running_statline(folder: Path) -> None:
    here = ("--data-dir", "registry")
    added = statline("servers", "add", "alpha", "--format", "json", *here, cwd=folder)
    assert added.returncode == 0, added.stderr
    key = json.loads(added.stdout)
    assert set(key) == {"server_id", "token"}
    assert added.stderr == ""

    again = statline("servers", "add", "alpha", *here, cwd=folder)
    assert (again.returncode, again.stderr) == (1, "statline: a server named 'alpha' exists already\n")

    rotated = json.loads(
        statline(
            "servers", "rotate", "alpha", "--grace-s", "60", "--format", "json", *here, cwd=folder
        ).stdout
    )
    assert rotated["server_id"] == key["server_id"]
    assert rotated["token"] != key["token"]

    (listed,) = json.loads(statline("servers", "list", "--format", "json", *here, cwd=folder).stdout)
    assert (listed["id"], listed["name"], listed["revoked_at"]) == (key["server_id"], "alpha", None)
    assert "token" not in json.dumps(listed)

    assert statline("servers", "revoke", "alpha", *here, cwd=folder).returncode == 0
    assert "revoked" in statline("servers", "list", *here, cwd=folder).stdout
    refused = statline("servers", "revoke", "alpha", *here, cwd=folder)
    assert (refused.returncode, refused.stderr) == (
        1,
        "statline: no active server has the id or name 'alpha'\n",
    )
    left = [path.name for path in (folder / "registry" / "postgres").glob("postmaster.pid")]
    assert left == [], "the embedded Postgres is stopped after each command"


def test_debug_shows_the_traceback_and_without_it_there_is_none(folder: Path) -> None:
    away = {"STATLINE_POSTGRES_URL": "postgresql://u:hunter2@127.0.0.1:1/d"}
    short = statline("servers", "list", cwd=folder, **away)
    assert (short.returncode, short.stderr.count("\n")) == (1, 1)
    long = statline("servers", "list", "--debug", cwd=folder, **away)
    assert long.returncode == 1
    assert "Traceback" in long.stderr
    assert "hunter2" not in short.stderr + long.stderr


def test_heavy_modules_are_not_imported_for_a_light_command() -> None:
    program = (
        "import sys\nfrom statline.cli import run\nrun(['version'])\n"
        "print([name for name in ('chdb', 'aiohttp', 'numpy', 'asyncpg', 'redis', 'clickhouse_connect') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_demo_has_its_own_help(folder: Path) -> None:
    done = statline("demo", "--help", cwd=folder)
    assert done.returncode == 0
    assert "--seed" in done.stdout
