"""Native blocks: what encoding leaves behind."""

from __future__ import annotations

import gc
import uuid
import weakref

from clickhouse.native import column_types, encode_block

TYPES = column_types([{"name": "match_id", "type": "UUID", "default_type": ""}])


def test_an_encoded_block_is_free_without_the_garbage_collector() -> None:
    """The writer collects every half minute only: a block of 50,000 rows must not wait for that."""
    match_id = uuid.uuid4()
    lives = weakref.ref(match_id)
    gc.disable()
    try:
        assert encode_block("raw_events", ["match_id"], TYPES, [(match_id,)])
        del match_id
        assert lives() is None
    finally:
        gc.enable()
