"""Which tokens are written off before a ClickHouse starts, the embedded engine or the server of docker-compose.yml.

What the engine makes of it: test_engine_inserts.py.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from clickhouse.engine.tokens import TAIL_BYTES, forget_tokens_without_parts
from tests.clickhouse.written_through import can_write_through, is_written_through

SCRIPT = Path(__file__).parents[2] / "deploy" / "clickhouse" / "start.sh"

Forget = Callable[[Path], None]


def start_script(folder: Path) -> None:
    """As the container starts, with `true` for ClickHouse."""
    environment = {**os.environ, "CLICKHOUSE_DATA": str(folder)}
    subprocess.run(["/bin/sh", str(SCRIPT), "true"], env=environment, check=True, timeout=30)


@pytest.fixture(params=[forget_tokens_without_parts, start_script], ids=["engine", "server"])
def forget(request: pytest.FixtureRequest) -> Forget:
    found: Forget = request.param
    return found


class Table:
    """A table's folder as the engine leaves it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._table = folder / "store" / "abc" / "abc-1"
        self.logs = self._table / "deduplication_logs"
        self.logs.mkdir(parents=True)

    def parts(self, *names: str) -> None:
        for name in names:
            (self._table / name).mkdir()

    def log(self, number: int, text: str) -> Path:
        path = self.logs / f"deduplication_log_{number}.txt"
        path.write_text(text)
        return path


@pytest.fixture
def table(tmp_path: Path) -> Table:
    return Table(tmp_path)


ADDED = "1\tall_3_3_0\tabc\n"
DROPPED = "2\tall_3_3_0\tabc\n"


@pytest.mark.parametrize(
    "part", ["all_3_3_0", "all_1_3_1", "all_1_9_2_12"], ids=["itself", "merged", "mutated"]
)
def test_token_of_a_part_that_is_there_stays(table: Table, forget: Forget, part: str) -> None:
    table.parts(part)
    log = table.log(1, ADDED)
    forget(table.folder)
    assert log.read_text() == ADDED


@pytest.mark.parametrize(
    "part", ["all_1_2_1", "all_4_10_1", "202611_3_3_0", "tmp_insert_all_3_3_0", "delete_tmp_all_3_3_0"]
)
def test_token_whose_part_is_not_there_is_dropped_once(table: Table, forget: Forget, part: str) -> None:
    table.parts(part, "detached")
    log = table.log(1, ADDED)
    for _ in range(2):
        forget(table.folder)
        assert log.read_text() == ADDED + DROPPED


def test_tokens_of_several_partitions_are_told_apart(table: Table, forget: Forget) -> None:
    table.parts("202610_1_1_0", "202611_2_2_0")
    log = table.log(1, "1\t202610_1_1_0\ta_1\n1\t202611_2_2_0\ta_2\n1\t202612_3_3_0\ta_3\n")
    forget(table.folder)
    assert log.read_text().endswith("\ta_3\n2\t202612_3_3_0\ta_3\n")


def test_last_token_may_stand_before_the_newest_log(table: Table, forget: Forget) -> None:
    table.parts("all_1_1_0")
    table.log(9, "1\tall_1_1_0\tone\n" + ADDED)
    newest = table.log(10, "")
    forget(table.folder)
    assert newest.read_text() == DROPPED


def test_torn_record_is_cut_off_so_that_the_engine_can_read_what_follows(
    table: Table, forget: Forget
) -> None:
    log = table.log(1, ADDED + "1\tall_4_4_0\tde")
    forget(table.folder)
    assert log.read_text() == ADDED + DROPPED


def test_only_the_end_of_a_long_log_is_read(table: Table, forget: Forget) -> None:
    table.parts("all_1000_1999_3")
    lines = "".join(f"1\tall_{number}_{number}_0\ttoken{number}\n" for number in range(2000))
    assert len(lines) > 2 * TAIL_BYTES
    log = table.log(1, lines)
    forget(table.folder)
    assert log.read_text() == lines
    last = "1\tall_2000_2000_0\tlast\n"
    log.write_text(lines + last)
    forget(table.folder)
    assert log.read_text() == lines + last + "2\tall_2000_2000_0\tlast\n"


def test_logs_of_raw_events_are_written_through_where_that_is_possible(table: Table) -> None:
    """The engine's own: test_engine_inserts.py."""
    log = table.log(1, "")
    start_script(table.folder)
    assert not is_written_through(table.logs)
    (metadata := table.folder / "metadata" / "statline").mkdir(parents=True)
    (metadata / "raw_events.sql").write_text("ATTACH TABLE _ UUID 'abc-1'\n(\n    `a` UInt64\n)\n")
    start_script(table.folder)
    marked = [is_written_through(path) for path in (table.logs, log)]
    assert marked == [can_write_through(table.folder)] * 2


def test_folder_without_tables_is_left_alone(tmp_path: Path, forget: Forget) -> None:
    forget(tmp_path)
    (tmp_path / "store" / "abc" / "abc-1" / "deduplication_logs").mkdir(parents=True)
    forget(tmp_path)
    assert not list(tmp_path.rglob("*.txt"))
