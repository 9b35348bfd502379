"""The operator's commands against a real statline under load: receipts, doctor, spool, quarantine, rebuild."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from clickhouse import rebuild
from clickhouse.client import ClickHouse
from clickhouse.engine import engine_url
from clickhouse.settings import ClickHouseSettings
from ingest.pause import WriterPause
from ingest.segments import HEADER_BYTES, PREAMBLE
from jobs.sequences import FILLED
from tests.clickhouse.contents import contents
from tests.statline.node import Eventually, Node, environment, new_node, statline

BEGAN = int(time.time()) - 3600
LINE = b"type=weapon_fire&match_id=m1&timestamp=%d.000&player_guid=42&weapon=%s"


@pytest.fixture(scope="module")
def shared() -> Iterator[Node]:
    with new_node() as node:
        yield node


@pytest.fixture
async def node(shared: Node, eventually: Eventually) -> Node:
    if shared.process is None:
        shared.start()
        await shared.started(eventually)
    await eventually(shared.is_ready, within_s=60)
    return shared


@pytest.fixture
async def store(node: Node) -> AsyncIterator[ClickHouse]:
    address = engine_url(node.data_dir)
    assert address is not None
    store = await ClickHouse.connect(address, "statline", ClickHouseSettings())
    yield store
    await store.close()


def send(node: Node, body: bytes) -> str:
    """Post a report; its receipt."""
    request = urllib.request.Request(
        f"{node.address}/api/v1/ingest/events", body, {"X-Server-Token": node.token}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        assert answer.status == 202
        return str(answer.headers["Statline-Receipt"])


def asked(node: Node, receipt: str) -> dict[str, object]:
    status, body = node.ask(f"/api/v1/ingest/receipts/{receipt}", node.token)
    assert status == 200
    assert isinstance(body, dict)
    return body


def done(node: Node, *arguments: str) -> str:
    ended = statline(node, *arguments)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def nothing_is_pending(node: Node) -> bool:
    return bool(json.loads(done(node, "spool", "ls", "--format", "json")) == [])


@pytest.mark.timeout(300)
async def test_rebuilding_everything_under_load_changes_nothing(
    node: Node, store: ClickHouse, eventually: Eventually
) -> None:
    load = demo(node, seed=7)
    try:
        await eventually(lambda: has_rows(store, 500), within_s=60)
        for _ in range(2):
            said = done(node, "rebuild", "--all")
            assert "events were accepted all the time" in said
        assert load.poll() is None, "the load ended before the rebuild"
    finally:
        load.kill()
        load.wait()
    await eventually(lambda: nothing_is_pending(node), within_s=60)

    known = await rebuild.aggregates(store)
    stretches = await rebuild.chunks(store, "1", rows_max=300)
    assert len(known) == 16
    for table in known.values():
        await rebuild.create_shadow(store, table)
        assert [rows async for rows in rebuild.fill(store, table, known, "1", stretches)]
        live = await contents(store, table.name)
        assert live == await contents(store, table.shadow), table.name
        assert live or table.name == "event_ids"
        await rebuild.drop_shadow(store, table.name)


def demo(node: Node, seed: int) -> subprocess.Popen[bytes]:
    """Two servers with ten players each, twenty times as fast as they play, for ten minutes."""
    arguments = [
        "--servers",
        "2",
        "--players",
        "10",
        "--minutes",
        "200",
        "--speed",
        "20",
        "--seed",
        str(seed),
    ]
    return subprocess.Popen(
        [sys.executable, "-m", "statline", "demo", *arguments, "--url", node.address, "--data-dir", "var"],
        cwd=node.folder, env=environment(), stdout=subprocess.DEVNULL,
    )  # fmt: skip


async def has_rows(store: ClickHouse, rows: int) -> bool:
    found = await store.rows_of("SELECT count() AS c FROM raw_events")
    return int(found[0]["c"]) >= rows


async def test_a_spoilt_aggregate_is_right_again_and_goes_on_counting(
    node: Node, store: ClickHouse, eventually: Eventually
) -> None:
    receipt = send(node, b"\n".join(LINE % (1000 + n, b"BAR") for n in range(5)))
    await eventually(lambda: asked(node, receipt)["status"] == "stored")
    before = await contents(store, "player_days")
    await store.command("TRUNCATE TABLE player_days")
    await store.command("CREATE TABLE player_days_rebuild AS player_days")  # what a killed run left

    assert "player_days" in done(node, "rebuild", "player_days")

    assert before
    assert await contents(store, "player_days") == before
    receipt = send(node, LINE % (2000, b"BAR"))
    await eventually(lambda: asked(node, receipt)["status"] == "stored")
    rows = await store.rows_of("SELECT sum(shots_fired) AS s FROM player_days WHERE player_guid = '42'")
    assert int(rows[0]["s"]) == 6
    assert await rebuild.left_over(store, await rebuild.aggregates(store)) == []


async def test_a_rebuild_that_is_killed_or_gives_up_leaves_the_table_and_the_writer_alone(
    node: Node, store: ClickHouse, eventually: Eventually
) -> None:
    before = await contents(store, "player_names")
    known = await rebuild.aggregates(store)
    in_work = WriterPause(node.data_dir / "writer")
    assert in_work.may_work()

    gave_up = statline(node, "rebuild", "player_names", "--pause-wait-s", "0.1")
    assert gave_up.returncode == 1
    assert "did not finish its segment within 0.1 s" in gave_up.stderr
    assert await rebuild.left_over(store, known) == []
    with subprocess.Popen(
        [sys.executable, "-m", "statline", "rebuild", "player_names", "--data-dir", "var"],
        cwd=node.folder, env=environment(),
    ) as waiting:  # fmt: skip
        await eventually(lambda: has_shadow(store, known))
        waiting.kill()
    in_work.close()

    assert await contents(store, "player_names") == before
    receipt = send(node, LINE % (2500, b"BAR"))
    await eventually(lambda: asked(node, receipt)["status"] == "stored")
    done(node, "rebuild", "player_names")
    assert await rebuild.left_over(store, known) == []
    assert await contents(store, "player_names") == before


async def has_shadow(store: ClickHouse, known: dict[str, rebuild.Aggregate]) -> bool:
    return await rebuild.left_over(store, known) == ["player_names"]


async def test_rebuild_says_what_there_is(node: Node) -> None:
    for arguments, said in (((), "say which aggregates"), (("nonsense",), "nonsense: no such aggregate")):
        ended = statline(node, "rebuild", *arguments)
        assert ended.returncode == 1
        assert said in ended.stderr
        assert "player_days" in ended.stderr


async def test_what_the_raw_events_no_longer_cover_is_kept_or_refused(node: Node, store: ClickHouse) -> None:
    """The database is made to look older than the retention, with rows that only the aggregates still hold."""
    await store.command(
        "INSERT INTO player_days (game, player_guid, day, jumps) VALUES ('mohaa', 'old', '2020-01-05', 7)"
    )
    await store.command(
        "ALTER TABLE schema_migrations UPDATE applied_at = '2020-01-01 00:00:00' WHERE 1",
        {"mutations_sync": 2},
    )
    before = await contents(store, "player_days")

    refused = statline(node, "rebuild", "player_names", "player_days")
    kept = done(node, "rebuild", "player_days")

    assert refused.returncode == 1
    assert "--drop-uncovered" in refused.stderr
    assert "player_names cannot be split by time" in refused.stderr
    assert "what is older was kept" in kept
    assert await contents(store, "player_days") == before
    done(node, "rebuild", "player_days", "player_names", "--drop-uncovered")
    after = await contents(store, "player_days")
    assert [row for row in before if row["player_guid_"] != "old"] == after


async def test_rows_of_another_node_forbid_the_rebuild_without_force(node: Node, store: ClickHouse) -> None:
    await store.command(
        "INSERT INTO raw_events (game, event_type, event_time, received_at, batch_id) "
        "VALUES ('mohaa', 'heartbeat', now64(3), now64(3), 'feedfeedfeed-web-00000001-00000001/0')"
    )
    refused = statline(node, "rebuild", "heatmap_cells")
    assert refused.returncode == 1
    assert "other nodes stored events within the last hour (feedfeedfeed)" in refused.stderr
    done(node, "rebuild", "heatmap_cells", "--force")


async def test_nothing_in_the_quarantine_is_lost_or_counted_twice(
    node: Node, store: ClickHouse, eventually: Eventually
) -> None:
    await store.command("ALTER TABLE raw_events ADD CONSTRAINT no_bombs CHECK weapon != 'bomb'")
    receipt = send(node, LINE % (3000, b"bomb") + b"\nno \x1b[2Jtype")
    await eventually(lambda: asked(node, receipt)["status"] == "quarantined")
    entries = json.loads(done(node, "quarantine", "ls", "--format", "json"))
    ids = {entry["reason"]: entry["id"] for entry in entries}
    assert set(ids) == {"no_type", "refused_by_clickhouse"}
    assert {entry["receipt"] for entry in entries} == {receipt}
    shown = done(node, "quarantine", "show", ids["no_type"])
    assert r"no \x1b[2Jtype" in shown
    assert "\x1b" not in shown

    unsure = statline(node, "quarantine", "drop", ids["no_type"])
    assert unsure.returncode == 1
    assert "--yes" in unsure.stderr
    done(node, "quarantine", "drop", ids["no_type"], "--yes")
    await store.command("ALTER TABLE raw_events DROP CONSTRAINT no_bombs")
    done(node, "quarantine", "replay", "--reason", "refused_by_clickhouse")

    async def bombs() -> int:
        rows = await store.rows_of("SELECT count() AS c FROM raw_events WHERE weapon = 'bomb'")
        return int(rows[0]["c"])

    await eventually(bombs)
    assert await bombs() == 1
    assert "empty" in done(node, "quarantine", "ls")
    assert statline(node, "quarantine", "replay", "--all").returncode == 1
    assert statline(node, "quarantine", "replay").returncode == 1


async def test_a_saved_segment_is_put_back_once(
    node: Node, store: ClickHouse, eventually: Eventually
) -> None:
    """The look into ClickHouse keeps its reports out, and behind it the duplicate window."""
    writer = node.role("writer")
    assert writer is not None
    os.kill(writer, signal.SIGSTOP)
    try:
        receipt = send(node, b"\n".join(LINE % (4000 + n, b"Spade") for n in range(3)))
        web = node.data_dir / "spool" / "web"
        segments = await eventually(lambda: list(web.glob("*.seg")))
        saved = Path(shutil.copy(segments[0], node.folder / "saved.seg"))
        assert '"state": "sealed"' in done(node, "spool", "ls", "--format", "json")
        inside = statline(node, "spool", "replay", str(segments[0]))
        assert inside.returncode == 1
        assert "lies in the spool" in inside.stderr
    finally:
        os.kill(writer, signal.SIGCONT)
    await eventually(lambda: asked(node, receipt)["status"] == "stored")

    assert "left out: their events are stored already" in done(node, "spool", "replay", str(saved))

    async def shots() -> int:
        rows = await store.rows_of("SELECT count() AS c FROM raw_events WHERE weapon = 'Spade'")
        return int(rows[0]["c"])

    assert await shots() == 3
    assert "3 events put back into replay-0" in done(node, "spool", "replay", str(saved), "--again")
    await eventually(lambda: nothing_is_pending(node))
    assert await shots() == 3  # within ten minutes R14 drops them


async def test_verify_names_the_damaged_file_and_place(node: Node, eventually: Eventually) -> None:
    assert statline(node, "spool", "verify").returncode == 0
    writer = node.role("writer")
    assert writer is not None
    os.kill(writer, signal.SIGSTOP)
    try:
        send(node, LINE % (5000, b"BAR"))
        segments = await eventually(lambda: list((node.data_dir / "spool" / "web").glob("*.seg")))
        data = bytearray(segments[0].read_bytes())
        data[len(PREAMBLE) + HEADER_BYTES + 50] ^= 1
        segments[0].write_bytes(data)
        ended = statline(node, "spool", "verify")
    finally:
        os.kill(writer, signal.SIGCONT)
    assert ended.returncode == 1
    assert f"DAMAGED {segments[0]} at byte {len(PREAMBLE)}" in ended.stdout
    await eventually(lambda: nothing_is_pending(node))
    assert "damaged_record" in done(node, "quarantine", "ls")
    assert "nobody knows their server" in done(node, "quarantine", "replay", "--all")


async def test_at_the_end_doctor_finds_every_event(node: Node) -> None:
    report = json.loads(statline(node, "doctor", "--format", "json").stdout)

    events = report["events"]
    assert events["holds"] is True
    assert events["pending"] == 0
    assert events["received"] == events["inserted"] + events["duplicate"] + events["quarantined"] > 500
    # Nothing was killed and nothing replayed before the start: the metrics agree, but for what was put back.
    assert events["since_start"]["inserted"] == events["inserted"]
    assert "the sum holds" in statline(node, "doctor").stdout


def a_match_of_an_hour_ago() -> bytes:
    """Six kills within five minutes, shots of those who died, and a winner."""
    common = (
        "match_id=match_00000000000000aa&session_id=sess_00000000000000aa&gametype=tdm&map_name=dm/mohdm6"
    )
    lines = [f"type=match_start&{common}&timestamp={BEGAN}"]
    lines += [
        f"type=player_kill&{common}&timestamp={BEGAN + 10 + 60 * n}&attacker_guid=101&attacker_name=Ann&attacker_team=allies"
        f"&victim_guid={102 + n % 2}&victim_name=Bob{n % 2}&victim_team=axis&weapon=BAR&hitloc=head"
        for n in range(6)
    ]
    lines += [
        f"type=weapon_fire&{common}&timestamp={BEGAN + at}&player_guid={guid}&player_team=axis&weapon=MP40"
        for guid in (102, 103)
        for at in (20, 400)
    ]
    lines.append(f"type=match_end&{common}&timestamp={BEGAN + 600}&winning_team=allies")
    return "\n".join(lines).encode()


async def played(node: Node, eventually: Eventually) -> None:
    """The match above is stored, by this test or by one before."""
    receipt = send(node, a_match_of_an_hour_ago())
    await eventually(lambda: asked(node, receipt)["status"] in {"stored", "duplicate"})


async def test_what_settling_filled_is_made_again_as_it_was(
    node: Node, store: ClickHouse, eventually: Eventually
) -> None:
    await played(node, eventually)
    said = done(node, "rebuild", "match_sequences")
    assert said.startswith(f"{', '.join(FILLED)}: ")
    assert "matches settled again from raw events" in said
    before = {table: await of_the_match(store, table) for table in FILLED}
    assert [row["best_streak"] for row in before["match_sequences"] if row["player_guid"] == "101"] == [6]
    assert len(before["match_feats"]) == 3
    for table in FILLED:
        await store.command(f"TRUNCATE TABLE {table}")

    done(node, "rebuild", "match_feats")  # any of them: they are made together

    assert {table: await of_the_match(store, table) for table in FILLED} == before


async def of_the_match(store: ClickHouse, table: str) -> list[dict[str, object]]:
    """The rows of the match above, but for when they were made; the node settles others meanwhile."""
    return await store.rows_of(
        f"SELECT * EXCEPT (settled_at) FROM {table} FINAL WHERE player_guid IN ('101', '102', '103') ORDER BY ALL"
    )


async def test_ratings_are_made_again_in_a_run_that_says_so(
    node: Node, store: ClickHouse, eventually: Eventually
) -> None:
    await played(node, eventually)
    await rated_again(node, eventually)
    before, [run] = await ratings(store), await newest_run(store)
    assert {row["player_guid"] for row in before} >= {"101", "102", "103"}
    assert run["reason"] == "rebuild"

    await rated_again(node, eventually)

    assert await ratings(store) == before
    assert (await newest_run(store))[0]["run"] > run["run"]


async def rated_again(node: Node, eventually: Eventually) -> None:
    """The node's own rater may be at work: then the command says so, and works a moment later."""
    said: list[str] = []

    def tried() -> bool:
        ended = statline(node, "rebuild", "ratings")
        assert ended.returncode == 0 or "another process rates matches now" in ended.stderr
        said.append(ended.stdout)
        return ended.returncode == 0

    await eventually(tried, within_s=60)
    assert re.fullmatch(r"ratings: [1-9]\d* matches rated again\n", said[-1])


async def newest_run(store: ClickHouse) -> list[dict[str, Any]]:
    return await store.rows_of("SELECT run, reason FROM rating_runs FINAL ORDER BY run DESC LIMIT 1")


async def ratings(store: ClickHouse) -> list[dict[str, object]]:
    """What the newest run says of the players of the match above."""
    return await store.rows_of(
        "SELECT player_guid, match_id, mu_before, mu_after, sigma_after FROM match_ratings FINAL "
        "WHERE run = (SELECT max(run) FROM rating_runs) AND player_guid IN ('101', '102', '103') ORDER BY ALL"
    )
