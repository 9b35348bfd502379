"""A node for each test; whatever a failed test leaves is killed, its folder is kept."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.node import Node


@pytest.fixture
def folder(request: pytest.FixtureRequest) -> Iterator[Path]:
    """A folder on a short path; it stays when the test fails."""
    failed_before = request.session.testsfailed
    made = Path(tempfile.mkdtemp(prefix="statline-chaos-"))
    yield made
    for node in Node.made:
        node.kill_all()
    Node.made.clear()
    if request.session.testsfailed == failed_before:
        shutil.rmtree(made)
