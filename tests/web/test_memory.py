"""What a node says of its memory."""

from __future__ import annotations

from pathlib import Path

from web.memory import Memory, memory

MEMINFO = "MemTotal:       1000 kB\nMemFree:  10 kB\nMemAvailable:    400 kB\n"


def machine(folder: Path) -> Path:
    path = folder / "meminfo"
    path.write_text(MEMINFO)
    return path


def test_without_a_container_it_is_the_machines(tmp_path: Path) -> None:
    assert memory(tmp_path / "none", machine(tmp_path)) == Memory(600 * 1024, 1000 * 1024)


def test_in_a_container_it_is_the_containers_without_its_page_cache(tmp_path: Path) -> None:
    (tmp_path / "memory.max").write_text("500000\n")
    (tmp_path / "memory.current").write_text("300000\n")
    (tmp_path / "memory.stat").write_text("anon 1\ninactive_file 100000\n")
    assert memory(tmp_path, machine(tmp_path)) == Memory(200_000, 500_000)


def test_a_container_without_a_limit_has_the_machines(tmp_path: Path) -> None:
    (tmp_path / "memory.max").write_text("max\n")
    assert memory(tmp_path, machine(tmp_path)) == Memory(600 * 1024, 1000 * 1024)


def test_where_linux_does_not_tell_nothing_is_said(tmp_path: Path) -> None:
    assert memory(tmp_path, tmp_path / "none") is None


def test_this_machine_tells() -> None:
    found = memory()
    assert found is not None
    assert 0 < found.used_bytes < found.limit_bytes
