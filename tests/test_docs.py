"""The documents name things that exist."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from statline.cli import app
from statline.settings import declared

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
VARIABLES = {setting.variable for setting in declared()}


@pytest.fixture(params=DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def document(request: pytest.FixtureRequest) -> Path:
    path = request.param
    assert isinstance(path, Path)
    return path


def code_of(document: Path) -> str:
    """The code blocks and code words of a document."""
    text = document.read_text(encoding="utf-8")
    return "\n".join(
        [*re.findall(r"^```.*?^```", text, re.MULTILINE | re.DOTALL), *re.findall(r"`[^`\n]+`", text)]
    )


def test_links_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)", document.read_text(encoding="utf-8"))
    missing = [link for link in links if "://" not in link and not (document.parent / link).exists()]
    assert missing == []


def test_make_targets_exist(document: Path) -> None:
    makefile = (ROOT / "Makefile").read_text()
    named = set(re.findall(r"\bmake ([a-z]+)\b", code_of(document)))
    assert named <= set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))


def test_commands_exist(document: Path) -> None:
    named = set(re.findall(r"\bstatline ([a-z]+)\b", code_of(document)))
    assert named <= set(app)


def test_variables_are_settings(document: Path) -> None:
    named = set(re.findall(r"\bSTATLINE_[A-Z_]*[A-Z]\b", document.read_text(encoding="utf-8")))
    assert {name for name in named if not name.startswith("STATLINE_TEST_")} <= VARIABLES | {
        "STATLINE_CONFIG"
    }


def test_paths_named_in_the_architecture_exist() -> None:
    named = re.findall(
        r"`((?:web|ingest|clickhouse|query|cache|schema)/[\w/.]*)`",
        (ROOT / "docs/architecture.md").read_text(),
    )
    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_a_decision_has_a_number_of_its_own() -> None:
    numbers = [path.name[:4] for path in (ROOT / "docs" / "decisions").glob("*.md")]
    assert len(numbers) == len(set(numbers))
    for path in (ROOT / "docs" / "decisions").glob("*.md"):
        assert path.read_text().startswith(f"# {path.name[:4]} "), path.name


def test_make_help_lists_every_target() -> None:
    listed = subprocess.run(
        ["make", "-s", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert [target for target in targets if f"make {target} " not in listed] == []
