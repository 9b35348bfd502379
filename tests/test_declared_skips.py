from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.declared_skips import allowed_reasons

ROOT = Path(__file__).parents[1]


def run_pytest(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run pytest with the plugin on a folder of its own, under this repository's configuration."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "tests.declared_skips",
        "-c",
        str(ROOT / "pyproject.toml"),
    ]
    command += ["-p", "no:cacheprovider", "--rootdir", str(folder), *options, str(folder)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_comments_and_empty_lines_allow_nothing() -> None:
    assert allowed_reasons("# a comment\n\nneeds a server\n") == ("needs a server",)


def test_a_skip_that_nobody_declared_fails_the_run(tmp_path: Path) -> None:
    (tmp_path / "test_one.py").write_text("import pytest\n\ndef test_it():\n    pytest.skip('no reason')\n")
    run = run_pytest(tmp_path)
    assert run.returncode == 1, run.stdout + run.stderr
    assert "test_it: no reason" in run.stdout


def test_a_skipped_module_fails_the_run_under_xdist_too(tmp_path: Path) -> None:
    (tmp_path / "test_one.py").write_text("import pytest\npytest.skip('later', allow_module_level=True)\n")
    (tmp_path / "test_two.py").write_text("def test_it():\n    pass\n")
    run = run_pytest(tmp_path, "-n", "2")
    assert run.returncode == 1, run.stdout + run.stderr
    assert "test_one.py: later" in run.stdout


def test_a_run_without_skips_passes(tmp_path: Path) -> None:
    (tmp_path / "test_two.py").write_text("def test_it():\n    pass\n")
    assert run_pytest(tmp_path).returncode == 0
