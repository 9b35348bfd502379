"""No secret gets into a log line or an error message, whatever name or shape it comes in."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from statline.redaction import HIDDEN, redacted, redacted_text

SECRET = "hunter2hunter2"


@pytest.mark.parametrize(
    "text",
    [
        f"postgresql://u:{SECRET}@h:5432/d",
        f"redis://:{SECRET}@h",
        f"Authorization: Bearer {SECRET}",
        f"authorization: basic {SECRET}",
        f"X-Server-Token: {SECRET}",
        f"/api/v1/ingest/events?server_token={SECRET}&a=b",
        f'{{"token": "{SECRET}"}}',
        f"password={SECRET}",
        f"key slk_{SECRET}-_x is unknown",
    ],
)
def test_a_secret_in_a_text_is_hidden_by_its_looks(text: str) -> None:
    assert SECRET not in redacted_text(text)
    assert HIDDEN in redacted_text(text)


@pytest.mark.parametrize(
    "text", ["player_kill of Alice", "http://h:1/a@b", "3 tokens left", "insert took 3 s"]
)
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert redacted_text(text) == text


@pytest.mark.parametrize(
    "name", ["token", "server_token", "X-Server-Token", "password", "Authorization", "api_key", "Cookie"]
)
def test_a_secret_is_hidden_by_its_name(name: str) -> None:
    assert redacted(name, SECRET) == HIDDEN
    assert redacted("headers", {name: SECRET}) == {name: HIDDEN}


def test_nested_values_and_errors_are_searched() -> None:
    value = {"a": [f"http://u:{SECRET}@h", ValueError(f"token={SECRET}"), {"b": f"Bearer {SECRET}".encode()}]}
    assert SECRET not in str(redacted("detail", value))


def test_numbers_and_flags_named_after_secrets_are_no_secrets() -> None:
    assert redacted("token_count", 3) == 3
    assert redacted("has_password", True) is True


PROGRAM = f"""
import logging, structlog
from statline import logs
logs.configure("web", "info", FORM)
structlog.contextvars.bind_contextvars(request_id="r-1")
log = structlog.get_logger("x")
log.info("hello", token="{SECRET}", url="http://u:{SECRET}@h/", count=3)
logging.getLogger("library").warning("failed: %s", "Bearer {SECRET}")
log.debug("not shown")
try:
    raise ValueError("server_token={SECRET}")
except ValueError:
    log.exception("oh no")
raise RuntimeError("password={SECRET}")
"""


def logged(form: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.replace("FORM", repr(form))],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout == ""
    assert done.returncode == 1
    return done.stderr


def test_json_lines_name_the_role_and_the_request_and_hide_secrets() -> None:
    text = logged("json")
    assert SECRET not in text
    lines = [json.loads(line) for line in text.splitlines()]
    assert [line["event"] for line in lines] == [
        "hello",
        f"failed: Bearer {HIDDEN}",
        "oh no",
        "died of an unexpected error",
    ]
    assert {line["role"] for line in lines} == {"web"}
    assert {line["request_id"] for line in lines} == {"r-1"}
    assert lines[0]["count"] == 3
    assert "ValueError" in lines[2]["exception"]


def test_console_lines_name_the_role_and_hide_secrets() -> None:
    text = logged("console")
    assert SECRET not in text
    first = text.splitlines()[0]
    assert "web" in first
    assert "hello" in first
    assert "count=3" in first
    assert "not shown" not in text
