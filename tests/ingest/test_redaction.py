"""Secrets in events are never kept, however they are spelt."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.redaction import redact_bytes, redact_line, redact_object


@pytest.mark.parametrize(
    ("raw", "redacted"),
    [
        (b"type=x&server_token=abc&a=1", b"type=x&server_token=redacted&a=1"),
        (b"type=x&a=1", b"type=x&a=1"),
        (b"server%5Ftoken=abc", b"server%5Ftoken=redacted"),
        (b"AUTH_TOKEN=abc&auth_token=def", b"AUTH_TOKEN=redacted&auth_token=redacted"),
        (b"my_token=abc&server_token", b"my_token=abc&server_token"),
    ],
)
def test_lines_lose_the_values_of_secret_fields_only(raw: bytes, redacted: bytes) -> None:
    assert redact_line(raw) == redacted


def test_objects_lose_the_values_of_secret_fields_only() -> None:
    parsed: dict[str, object] = {
        "type": "x",
        "server_token": {"deep": "abc"},
        "Auth_Token": "def",
        "a": "\ud800",
    }
    assert json.loads(redact_object(parsed)) == {
        "type": "x",
        "server_token": "redacted",
        "Auth_Token": "redacted",
        "a": "\ud800",
    }


@given(st.binary())
def test_bytes_without_secrets_stay(raw: bytes) -> None:
    if b"token" not in raw.lower():
        assert redact_bytes(raw) == raw


@pytest.mark.parametrize(
    ("raw", "redacted"),
    [
        (b"server_token=abc&x", b"server_token=redacted&x"),
        (b'{"server_token":"a\\"b","x":1', b'{"server_token":"redacted","x":1'),
        (b'{"auth_token" : 123}', b'{"auth_token" : redacted}'),
        (b'{"auth_token":"never ends', b'{"auth_token":"redacted'),
    ],
)
def test_bytes_of_any_form_lose_secrets_that_are_plain_to_see(raw: bytes, redacted: bytes) -> None:
    assert redact_bytes(raw) == redacted
