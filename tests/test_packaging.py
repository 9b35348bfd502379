"""What `pip install .` installs: the packages with their data, and nothing by accident."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("schema", "clickhouse", "postgres", "cache", "jobs", "ingest", "query", "live", "web", "statline")
DATA = {".sql", ".toml", ".json", ".py", ".html"}
BUILT = ROOT / "web" / "static" / "dist"
SOURCES = ROOT / "web" / "frontend"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Names in a wheel built from a copy of the tree (the build leaves folders behind where it runs)."""
    tree, out = tmp_path_factory.mktemp("tree"), tmp_path_factory.mktemp("wheel")
    for package in PACKAGES:
        # With the sources of what browsers load, as in a real tree; without the packages they were built with.
        ignored = shutil.ignore_patterns("__pycache__", "node_modules")
        shutil.copytree(ROOT / package, tree / package, ignore=ignored)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tree / name)
    # The back end is called directly: pip would look for updates of itself and need an index.
    build = f"import setuptools.build_meta as backend; backend.build_wheel({str(out)!r})"
    subprocess.run([sys.executable, "-W", "ignore", "-c", build], cwd=tree, check=True, capture_output=True)
    (file,) = out.glob("*.whl")
    return set(zipfile.ZipFile(file).namelist())


def test_the_wheel_holds_every_module_and_data_file(wheel: set[str]) -> None:
    files = {
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.suffix in DATA and "__pycache__" not in path.parts and SOURCES not in path.parents
    }
    assert files - wheel == set()


def test_the_wheel_holds_what_browsers_load_and_not_its_sources(wheel: set[str]) -> None:
    built = {str(path.relative_to(ROOT)) for path in BUILT.rglob("[!.]*") if path.is_file()}
    assert {path.rpartition(".")[2] for path in built} >= {"css", "js", "svg", "woff2", "br", "gz"}
    assert built - wheel == set()
    assert [name for name in wheel if name.startswith("web/frontend/")] == []


def test_the_wheel_holds_nothing_else(wheel: set[str]) -> None:
    top = {name.split("/")[0] for name in wheel if ".dist-info/" not in name}
    assert top == set(PACKAGES)
