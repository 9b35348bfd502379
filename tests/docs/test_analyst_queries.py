"""The worked queries of docs/queries and the notebook run as an analyst would run them, on matches of the demo."""

from __future__ import annotations

import base64
import json
import os
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbclient
import nbformat
import pytest

from tests.conftest import apart, wait_until
from tests.statline.node import Node, new_node, statline

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "docs" / "queries").glob("*.sql"))
NOTEBOOK = ROOT / "docs" / "notebooks" / "statline.ipynb"
# They look for what a short demo need not hold.
MAY_BE_EMPTY = {"late_events", "map_specialists"}


@dataclass(frozen=True)
class Played:
    """A statline with some matches, an analyst's login, and the totals that the simulator counted itself."""

    node: Node
    password: str
    expected: dict[str, Any]

    def ask(self, sql: str) -> list[dict[str, Any]]:
        login = base64.b64encode(f"ann:{self.password}".encode()).decode()
        request = urllib.request.Request(
            f"{self.node.address}/api/v1/sql.ndjson", sql.encode(), {"Authorization": f"Basic {login}"}
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return [json.loads(line) for line in answer.read().splitlines()]
        except urllib.error.HTTPError as error:
            pytest.fail(f"{error.code}: {error.read().decode()}")


@pytest.fixture(scope="module")
def played() -> Iterator[Played]:
    with new_node() as node:
        node.start()
        apart(node.started(wait_until))
        apart(wait_until(node.is_ready, within_s=60))
        expected = node.folder / "expected.json"
        demo = statline(node, "demo", "--url", node.address, "--servers", "2", "--matches", "3", "--minutes", "4",
                        "--speed", "max", "--seed", "11", "--expected", str(expected))  # fmt: skip
        assert demo.returncode == 0, demo.stderr
        added = statline(node, "analysts", "add", "ann", "--format", "json")
        played = Played(node, json.loads(added.stdout)["password"], json.loads(expected.read_text()))
        apart(wait_until(lambda: is_idle(node), within_s=60))
        apart(wait_until(lambda: may_read(played)))
        yield played


def is_idle(node: Node) -> bool:
    return bool(json.loads(statline(node, "spool", "ls", "--format", "json").stdout or "[0]") == [])


def may_read(played: Played) -> bool:
    """Whether the engine has heard of the analyst."""
    try:
        return bool(played.ask("SELECT 1 AS one"))
    except pytest.fail.Exception:
        return False


def header(file: Path) -> tuple[str, set[str]]:
    found = re.match(r"-- Question: (.+\?.*)\n-- Reads: (.+)\n", file.read_text())
    assert found, f"{file.name} needs `-- Question: …?` and `-- Reads: …`"
    return found[1], set(found[2].split(", "))


def test_there_are_twenty_queries_at_least() -> None:
    assert len(FILES) >= 20


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_query_answers(played: Played, file: Path) -> None:
    rows = played.ask(file.read_text())
    assert rows or file.stem in MAY_BE_EMPTY
    _, reads = header(file)
    named = set(re.findall(r"\b(?:FROM|JOIN)\s+([a-z_]+)\b", file.read_text()))
    assert reads <= named


def test_the_page_lists_every_query() -> None:
    page = (ROOT / "docs" / "queries.md").read_text()
    listed = re.findall(r"^\| \[(\w+)\]\(queries/\1\.sql\) \| (.+?) \|", page, re.MULTILINE)
    assert listed == [(file.stem, header(file)[0]) for file in FILES]


def test_the_figures_are_the_simulator_s(played: Played) -> None:
    kills = sum(
        player["kills"] for match in played.expected["matches"] for player in match["players"].values()
    )
    weapons = played.ask((ROOT / "docs/queries/weapon_meta_by_week.sql").read_text())
    assert sum(int(row["weapon_kills"]) for row in weapons) == kills > 0
    (trades,) = played.ask((ROOT / "docs/queries/kill_trades.sql").read_text())
    assert int(trades["all_kills"]) == kills


def test_the_notebook_runs(played: Played, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in {
        "STATS_URL": played.node.address, "STATS_USER": "ann", "STATS_PASSWORD": played.password,
        "MPLCONFIGDIR": str(tmp_path), "IPYTHONDIR": str(tmp_path), "JUPYTER_RUNTIME_DIR": str(tmp_path),
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    notebook = nbformat.read(NOTEBOOK, as_version=4)  # type: ignore[no-untyped-call]
    assert all(not cell.get("outputs") for cell in notebook.cells), "commit the notebook without outputs"
    client = nbclient.NotebookClient(
        notebook, timeout=100, kernel_name="python3", resources={"metadata": {"path": os.fspath(tmp_path)}}
    )
    client.execute()
    shown = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert any("image/png" in output.get("data", {}) for output in shown)
