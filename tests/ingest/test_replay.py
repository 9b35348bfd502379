"""Reports that come again: out of the quarantine and from saved segments, each event counted once."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from clickhouse.client import ClickHouse
from ingest.disk import RealDisk
from ingest.door import open_door
from ingest.quarantine import Entry, Quarantine, Quarantined
from ingest.replay import ReplayFolder, open_replay, record_of
from ingest.segments import read_records
from ingest.settings import IngestSettings
from ingest.writer import run_writer

SETTINGS = IngestSettings(linger_s=0.01, drain_s=20)
NO_BOMBS = "ALTER TABLE raw_events ADD CONSTRAINT no_bombs CHECK weapon != 'bomb'"
SHOT = b"type=weapon_fire&match_id=m&timestamp=%d.000&player_guid=42&weapon=%s"


async def drain(data_dir: Path, clickhouse: ClickHouse) -> None:
    stop = asyncio.Event()
    stop.set()
    await run_writer(SETTINGS, clickhouse, data_dir, stop)


async def send(data_dir: Path, *bodies: bytes) -> None:
    async with open_door(SETTINGS, data_dir / "spool" / "web") as door:
        for body in bodies:
            await door.accept("server", body)


def quarantine(data_dir: Path) -> Quarantine:
    return Quarantine(RealDisk(), data_dir / "quarantine", 1 << 30)


def kept(data_dir: Path) -> list[tuple[str, Entry]]:
    found = quarantine(data_dir)
    return [(file, entry) for file in found.files() for entry in found.entries(file)]


def replay(data_dir: Path, folder: ReplayFolder, *, forget: bool = True) -> None:
    for file, entry in kept(data_dir):
        record = record_of(entry)
        assert record is not None
        folder.put([record])
        if forget:
            quarantine(data_dir).remove(file, {entry.id})


async def weapons(clickhouse: ClickHouse) -> list[str]:
    rows = await clickhouse.rows_of("SELECT weapon FROM raw_events ORDER BY game_time")
    return [row["weapon"] for row in rows]


@pytest.mark.parametrize("own_id", [b"", b"&event_id=own"])
async def test_what_clickhouse_refused_is_stored_once_when_replayed_within_the_duplicate_window(
    clickhouse: ClickHouse, tmp_path: Path, own_id: bytes
) -> None:
    await clickhouse.command(NO_BOMBS)
    await send(tmp_path, SHOT % (1, b"BAR") + b"\n" + SHOT % (2, b"bomb") + own_id)
    await drain(tmp_path, clickhouse)
    assert [entry.item.reason for _, entry in kept(tmp_path)] == ["refused_by_clickhouse"]
    await clickhouse.command("ALTER TABLE raw_events DROP CONSTRAINT no_bombs")

    with open_replay(SETTINGS, tmp_path / "spool") as folder:
        replay(tmp_path, folder)
    await drain(tmp_path, clickhouse)

    assert await weapons(clickhouse) == ["BAR", "bomb"]
    assert kept(tmp_path) == []


@pytest.mark.parametrize("own_id", [b"", b"&event_id=own"])
@pytest.mark.parametrize("drained_between", [False, True])
async def test_a_replay_that_was_killed_before_it_forgot_counts_once(
    clickhouse: ClickHouse, tmp_path: Path, own_id: bytes, drained_between: bool
) -> None:
    await clickhouse.command(NO_BOMBS)
    await send(tmp_path, SHOT % (2, b"bomb") + own_id)
    await drain(tmp_path, clickhouse)
    await clickhouse.command("ALTER TABLE raw_events DROP CONSTRAINT no_bombs")

    for _ in range(2):
        with open_replay(SETTINGS, tmp_path / "spool") as folder:
            replay(tmp_path, folder, forget=False)
        if drained_between:
            await drain(tmp_path, clickhouse)
    await drain(tmp_path, clickhouse)

    assert await weapons(clickhouse) == ["bomb"]


async def test_what_fails_again_comes_back(clickhouse: ClickHouse, tmp_path: Path) -> None:
    await clickhouse.command(NO_BOMBS)
    await send(tmp_path, SHOT % (2, b"bomb") + b"\nno type\n{broken")
    await drain(tmp_path, clickhouse)
    before = sorted((entry.item.reason, entry.item.raw, entry.item.lines) for _, entry in kept(tmp_path))

    with open_replay(SETTINGS, tmp_path / "spool") as folder:
        replay(tmp_path, folder)
    assert kept(tmp_path) == []
    await drain(tmp_path, clickhouse)

    assert (
        sorted((entry.item.reason, entry.item.raw, entry.item.lines) for _, entry in kept(tmp_path)) == before
    )


async def test_an_event_keeps_the_time_of_its_first_arrival(clickhouse: ClickHouse, tmp_path: Path) -> None:
    await clickhouse.command(NO_BOMBS)
    await send(tmp_path, SHOT % (2, b"bomb"))
    await drain(tmp_path, clickhouse)
    await clickhouse.command("ALTER TABLE raw_events DROP CONSTRAINT no_bombs")
    first_ms = kept(tmp_path)[0][1].item.received_ms

    with open_replay(SETTINGS, tmp_path / "spool") as folder:
        replay(tmp_path, folder)
    await drain(tmp_path, clickhouse)

    rows = await clickhouse.rows_of(
        "SELECT toUnixTimestamp64Milli(received_at) AS r, toUnixTimestamp64Milli(event_time) AS e FROM raw_events"
    )
    assert rows == [{"r": first_ms, "e": first_ms}]


def item(raw: bytes, events: int = 1, server_id: str = "s") -> Entry:
    return Entry(
        "abc",
        Quarantined(
            receipt="r", server_id=server_id, received_ms=5, reason="x", detail="d", events=events, raw=raw
        ),
    )


def test_an_object_with_line_breaks_stays_one_event() -> None:
    record = record_of(item(b'{"type":\n"jump"}'))
    assert record is not None
    assert (record.events, record.body) == (1, b'[{"type":\n"jump"}]')


def test_what_the_door_would_refuse_is_sent_again_as_it_is() -> None:
    record = record_of(item(b"[{broken", events=7))
    assert record is not None
    assert (record.events, record.body) == (7, b"[{broken")


def test_without_a_server_there_is_no_report() -> None:
    assert record_of(item(b"x", server_id="")) is None


def test_two_replays_at_once_have_a_folder_each_and_later_ones_take_the_first_free(tmp_path: Path) -> None:
    with open_replay(SETTINGS, tmp_path) as first, open_replay(SETTINGS, tmp_path) as second:
        assert (first.folder.name, second.folder.name) == ("replay-0", "replay-1")
    with open_replay(SETTINGS, tmp_path) as third:
        assert third.folder.name == "replay-0"


async def test_a_saved_segment_put_back_beside_its_events_adds_nothing_within_the_window(
    clickhouse: ClickHouse, tmp_path: Path
) -> None:
    await send(tmp_path, SHOT % (1, b"BAR"), SHOT % (2, b"BAR"))
    saved = shutil.copy(next((tmp_path / "spool" / "web").glob("*.seg")), tmp_path / "saved.seg")
    await drain(tmp_path, clickhouse)

    with open_replay(SETTINGS, tmp_path / "spool") as folder:
        folder.put(list(read_records(Path(saved).read_bytes())))  # type: ignore[arg-type]
    await drain(tmp_path, clickhouse)

    assert await weapons(clickhouse) == ["BAR", "BAR"]


def test_ids_stay_when_other_entries_go(tmp_path: Path) -> None:
    store = quarantine(tmp_path)
    items = [item(raw).item for raw in (b"a", b"b", b"b", b"c")]
    store.keep("seg", items)
    ids = [entry.id for entry in store.entries("seg.jsonl")]
    assert len(set(ids)) == 4
    assert store.remove("seg.jsonl", {ids[0]}) == 1
    assert [entry.id for entry in store.entries("seg.jsonl")] == ids[1:]
    assert store.remove("seg.jsonl", set(ids)) == 3
    assert store.files() == []
    assert store.remove("seg.jsonl", set(ids)) == 0
