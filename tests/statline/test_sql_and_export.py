"""`statline sql` and `statline export` against a real statline with a played match in it."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest

from clickhouse.exporting import subjects
from statline import export_command
from statline.settings import load
from tests.statline.node import Eventually, Node, environment, new_node, statline

KILL = (
    b"type=player_kill&match_id=m1&timestamp=%d.000&map_name=dm%%2Fmohdm6&attacker_guid=%s&attacker_name=%s"
    b"&victim_guid=57&victim_name=Ryan&weapon=Thompson&hitloc=head"
)
KILLERS = [(b"42", b"=HYPERLINK()"), (b"42", b"=HYPERLINK()"), (b"43", b"\x1b%5B31mRed")]


@pytest.fixture(scope="module")
def shared() -> Iterator[Node]:
    with new_node() as node:
        yield node


@pytest.fixture
async def node(shared: Node, eventually: Eventually) -> Node:
    """A statline that has stored three kills."""
    if shared.process is None:
        shared.start()
        await shared.started(eventually)
        await eventually(shared.is_ready, within_s=60)
        body = b"\n".join(KILL % (at, guid, name) for at, (guid, name) in enumerate(KILLERS))
        assert shared.ask("/api/v1/ingest/events", shared.token, body)[0] == 202
        await eventually(lambda: count(shared) == 3)
    return shared


def count(node: Node) -> int:
    return int(statline(node, "sql", "SELECT count() FROM raw_events", "--format", "TSV").stdout or -1)


async def test_a_statement_is_answered_in_the_form_asked_for(node: Node) -> None:
    done = statline(
        node, "sql", "SELECT player_guid, sum(kills) AS kills FROM player_days WHERE player_guid = {guid:String} GROUP BY 1;",
        "--format", "JSONEachRow", "--parameter", "guid=42",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert {name: str(value) for name, value in json.loads(done.stdout).items()} == {
        "player_guid": "42",
        "kills": "2",
    }


async def test_a_statement_may_come_from_standard_input(node: Node) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "statline", "sql", "--format", "TSV", "--data-dir", "var"],
        input="SELECT 6 * 7", capture_output=True, text=True, cwd=node.folder, env=environment(), timeout=60, check=True,
    )  # fmt: skip
    assert done.stdout == "42\n"


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("SELEC 1", "Syntax error"),
        ("INSERT INTO player_days (player_guid) VALUES ('x')", "readonly"),
        ("DROP TABLE raw_events", "readonly"),
        ("SELECT * FROM file('/etc/passwd', 'LineAsString')", ""),
        ("SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')", ""),
    ],
)
async def test_a_statement_that_may_not_run_says_why(node: Node, statement: str, said: str) -> None:
    done = statline(node, "sql", statement)
    assert done.returncode == 1
    assert said.lower() in done.stderr.lower()
    assert "root:" not in done.stdout
    assert count(node) == 3


async def test_a_parameter_without_a_value_is_refused(node: Node) -> None:
    assert statline(node, "sql", "SELECT 1", "--parameter", "guid").returncode == 1


async def test_the_prompt_asks_answers_and_remembers(
    node: Node, tmp_path: Path, eventually: Eventually
) -> None:
    ours, theirs = pty.openpty()
    variables = environment(XDG_STATE_HOME=str(tmp_path), TERM="xterm")
    shell = subprocess.Popen(
        [sys.executable, "-m", "statline", "sql", "--format", "TSV", "--data-dir", "var"],
        stdin=theirs, stdout=theirs, stderr=theirs, cwd=node.folder, env=variables, start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    os.set_blocking(ours, False)
    seen = bytearray()

    def shows(text: bytes, since: int) -> bool:
        with contextlib.suppress(OSError):
            seen.extend(os.read(ours, 65536))
        return text in seen[since:]

    def end_of(start: int) -> int:
        found = seen.find(b" s\r\n", start)
        return len(seen) if found < 0 else found

    async def say(text: bytes, answer: bytes) -> None:
        """Type, wait for the answer, then for the next prompt: what is typed before it is no key of the prompt."""
        before = len(seen)
        os.write(ours, text)
        await eventually(lambda: shows(answer, before))
        after = seen.index(answer, before)
        await eventually(lambda: shows(b"statline>", end_of(after)))

    try:
        await eventually(lambda: shows(b"statline>", 0))
        await say(b"SELECT 1000 +\r 234;\r", b"1234\r\n")
        await say(b"SELECT player_name FROM raw_events WHERE player_guid = '43';\r", b"[31mRed")
        assert b"\x1b[31mRed" not in seen  # a player's name moves no terminal
        os.write(ours, b"\x04")
        await eventually(lambda: shell.poll() is not None)
    finally:
        shell.kill()
        shell.wait()
        os.close(ours)
    history = tmp_path / "statline" / "sql_history"
    assert "+SELECT 1000 +" in history.read_text()
    assert history.stat().st_mode & 0o077 == 0


def exported(node: Node, *arguments: str) -> Path:
    done = statline(node, "export", *arguments)
    assert done.returncode == 0, done.stderr
    return node.folder / done.stdout.split(" in ")[1].split(" (")[0]


async def test_every_subject_is_exported_in_both_forms(node: Node, tmp_path: Path) -> None:
    settings = load({"statline.data_dir": str(node.data_dir)}, environment={})
    for subject in subjects():
        for form in ("parquet", "csv"):
            path = tmp_path / f"{subject}.{form}"
            await export_command.run(settings, subject, since="", until="", form=form, out=path, force=False)
        table = pyarrow.parquet.read_table(tmp_path / f"{subject}.parquet")
        with (tmp_path / f"{subject}.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        assert table.num_rows == len(rows) > 0, subject
        assert table.column_names == list(rows[0]), subject


async def test_an_export_holds_the_figures(node: Node) -> None:
    rows: list[dict[str, Any]] = pyarrow.parquet.read_table(exported(node, "players", "--force")).to_pylist()
    assert {row["player_guid"]: (row["kills"], row["deaths"]) for row in rows} == {
        "42": (2, 0), "43": (1, 0), "57": (0, 3),
    }  # fmt: skip


async def test_a_name_is_no_formula_in_a_spreadsheet(node: Node) -> None:
    with exported(node, "players", "--format", "csv", "--force").open(newline="") as file:
        names = {row["player_guid"]: row["player_name"] for row in csv.DictReader(file)}
    assert names["42"] == "'=HYPERLINK()"


async def test_a_time_without_events_gives_no_rows(node: Node) -> None:
    done = statline(node, "export", "kills", "--from", "2001-01-01", "--to", "2001-01-02", "--format", "csv")
    assert done.stdout.startswith("0 rows in kills_2001-01-01_2001-01-02.csv")


async def test_a_file_is_not_replaced_unless_said_so(node: Node, tmp_path: Path) -> None:
    path = tmp_path / "matches.csv"
    path.write_text("mine")
    refused = statline(node, "export", "matches", "--format", "csv", "--out", str(path))
    assert (refused.returncode, path.read_text()) == (1, "mine")


@pytest.mark.parametrize(
    "arguments",
    [
        ("nothing",),
        ("matches", "--from", "yesterday"),
        ("matches", "--from", "2026-11-25", "--to", "2026-11-01"),
        ("matches", "--out", "/proc/none/file"),
    ],
)
async def test_a_wrong_export_is_refused_and_leaves_no_file(node: Node, arguments: tuple[str, ...]) -> None:
    before = sorted(node.folder.iterdir())
    assert statline(node, "export", *arguments).returncode == 1
    assert sorted(node.folder.iterdir()) == before
