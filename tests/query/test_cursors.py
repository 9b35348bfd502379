from __future__ import annotations

from base64 import urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from query.cursors import CURSOR_MAX, InvalidCursor, cursor, keys_of

KINDS = (int, str)


@given(
    st.text(st.characters(exclude_categories=["Cs"])), st.integers(-(2**63), 2**63 - 1), st.text(max_size=60)
)
def test_a_cursor_leads_back_to_its_keys_in_its_list_only(of: str, number: int, guid: str) -> None:
    text = cursor(of, (number, guid))
    assert text.isascii()
    assert not set(text) & set("+/=&?# ")
    if len(text) <= CURSOR_MAX:
        assert keys_of(text, of, KINDS) == (number, guid)
        with pytest.raises(InvalidCursor):
            keys_of(text, f"{of}!", KINDS)
        with pytest.raises(InvalidCursor):
            keys_of(text, of, (str, str))


@given(st.text(max_size=200))
def test_any_text_is_a_cursor_or_refused(text: str) -> None:
    for made in (text, urlsafe_b64encode(text.encode("utf-8", "surrogatepass")).decode()):
        with pytest.raises(InvalidCursor):
            keys_of(made, "list", KINDS)


def test_a_cursor_without_end_is_refused() -> None:
    with pytest.raises(InvalidCursor, match="too long"):
        keys_of("a" * 1_000_000, "list", KINDS)
