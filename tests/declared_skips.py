"""A pytest plugin: a test may be skipped only for a reason that `allowed_skips.txt` names.

A skipped test proves nothing, so a new skip is a decision to write down, not something to scroll past.
Loaded by `make test` (`-p tests.declared_skips`).
"""

from __future__ import annotations

from pathlib import Path

import pytest

ALLOWED = Path(__file__).parent / "allowed_skips.txt"


def allowed_reasons(text: str) -> tuple[str, ...]:
    """The reasons of the file: one a line; a skip is allowed when its reason starts with one of them."""
    lines = (line.strip() for line in text.splitlines())
    return tuple(line for line in lines if line and not line.startswith("#"))


class DeclaredSkips:
    """Collects the skips that nobody declared and fails the run for them."""

    def __init__(self, allowed: tuple[str, ...]) -> None:
        self.allowed = allowed
        self.undeclared: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped and not hasattr(report, "wasxfail"):
            self.note(report.nodeid, report.longrepr)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped:
            self.note(report.nodeid, report.longrepr)

    def note(self, nodeid: str, longrepr: object) -> None:
        # pytest gives (path, line, "Skipped: reason") for a skip.
        reason = str(longrepr[2] if isinstance(longrepr, tuple) else longrepr).removeprefix("Skipped: ")
        if not self.allowed or not reason.startswith(self.allowed):
            self.undeclared.append(f"{nodeid}: {reason}")

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        # Workers of pytest-xdist report to the controller, which alone decides the exit status.
        if self.undeclared and not hasattr(session.config, "workerinput"):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.undeclared:
            terminalreporter.section("undeclared skips")
            for line in self.undeclared:
                terminalreporter.write_line(line)


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(
        DeclaredSkips(allowed_reasons(ALLOWED.read_text())), "statline-declared-skips"
    )
