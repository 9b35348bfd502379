"""Which tokens are written off before the engine starts. What the engine makes of it: test_engine_inserts.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from clickhouse.engine.tokens import TAIL_BYTES, forget_tokens_without_parts


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


@pytest.mark.parametrize(
    "part", ["all_3_3_0", "all_1_3_1", "all_1_9_2_12"], ids=["itself", "merged", "mutated"]
)
def test_token_of_a_part_that_is_there_stays(table: Table, part: str) -> None:
    table.parts(part)
    log = table.log(1, "1\tall_3_3_0\tabc\n")
    assert forget_tokens_without_parts(table.folder) == 0
    assert log.read_text() == "1\tall_3_3_0\tabc\n"


@pytest.mark.parametrize(
    "part", ["all_1_2_1", "202611_3_3_0", "tmp_insert_all_3_3_0", "delete_tmp_all_3_3_0", "detached"]
)
def test_token_whose_part_is_not_there_is_dropped(table: Table, part: str) -> None:
    table.parts(part)
    log = table.log(1, "1\tall_3_3_0\tabc\n")
    assert forget_tokens_without_parts(table.folder) == 1
    assert log.read_text() == "1\tall_3_3_0\tabc\n2\tall_3_3_0\tabc\n"
    assert forget_tokens_without_parts(table.folder) == 0


def test_token_that_the_engine_dropped_itself_is_not_dropped_again(table: Table) -> None:
    table.log(1, "1\tall_3_3_0\tabc\n2\tall_3_3_0\tabc\n")
    assert forget_tokens_without_parts(table.folder) == 0


def test_last_token_may_stand_before_the_newest_log(table: Table) -> None:
    table.parts("all_1_1_0")
    table.log(9, "1\tall_1_1_0\tone\n1\tall_2_2_0\ttwo\n")
    newest = table.log(10, "")
    assert forget_tokens_without_parts(table.folder) == 1
    assert newest.read_text() == "2\tall_2_2_0\ttwo\n"


def test_torn_record_is_cut_off_so_that_the_engine_can_read_what_follows(table: Table) -> None:
    log = table.log(1, "1\tall_3_3_0\tabc\n1\tall_4_4_0\tde")
    assert forget_tokens_without_parts(table.folder) == 1
    assert log.read_text() == "1\tall_3_3_0\tabc\n2\tall_3_3_0\tabc\n"


def test_only_the_end_of_a_long_log_is_read(table: Table) -> None:
    table.parts("all_1000_1999_3")
    lines = [f"1\tall_{number}_{number}_0\ttoken{number}\n" for number in range(2000)]
    assert sum(map(len, lines)) > 2 * TAIL_BYTES
    log = table.log(1, "".join(lines))
    assert forget_tokens_without_parts(table.folder) == 0
    with log.open("a") as file:
        file.write("1\tall_2000_2000_0\tlast\n")
    assert forget_tokens_without_parts(table.folder) == 1


def test_folder_without_tables_is_left_alone(tmp_path: Path) -> None:
    assert forget_tokens_without_parts(tmp_path) == 0
