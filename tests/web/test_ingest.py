from __future__ import annotations

import json
from typing import Any

import pytest

from ingest.settings import IngestSettings
from postgres import servers
from tests.web.conftest import Serve, Served

EVENT = b"type=player_kill&player_name=Ann"


async def test_a_stored_report_is_acknowledged_with_the_exact_bytes_of_the_protocol(served: Served) -> None:
    answer = await served.post(EVENT + b"\n" + EVENT)

    assert answer.status == 202
    assert answer.body == b'{"processed":2,"status":"accepted"}'
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Statline-Receipt"]


async def test_what_was_acknowledged_lies_in_the_spool_as_sent(served: Served) -> None:
    await served.post(EVENT, headers={"X-Server-Token": served.token, "Idempotency-Key": "round 7"})

    record = served.stored()[0]
    assert (record.server_id, record.body, record.events) == (served.server_id, EVENT, 1)
    assert record.idempotency_key == "round 7"


@pytest.mark.parametrize(
    "content_type", ["application/json", "application/x-www-form-urlencoded", "text/plain", "nonsense", ""]
)
async def test_the_content_type_does_not_matter(served: Served, content_type: str) -> None:
    headers = {"X-Server-Token": served.token, "Content-Type": content_type}

    assert (await served.post(b'[{"type":"match_start"}]', headers=headers)).status == 202
    assert (await served.post(EVENT, headers=headers)).status == 202


async def test_a_body_without_events_is_still_202(served: Served) -> None:
    for body in (b"", b"\0\n \r\n", b"no type here", b'{\n"type": "match_start"\n}'):
        answer = await served.post(body)
        assert (answer.status, answer.json) == (202, {"processed": 0, "status": "accepted"})


async def test_a_broken_array_is_400_with_the_reason(served: Served) -> None:
    for body in (b"[{", b"[1]", b'[{"type":"x"},]', b"[" * 100_000):
        answer = await served.post(body)
        assert answer.status == 400
        assert (answer.json)["error"].startswith("Invalid JSON array: ")
    assert served.stored() == []


async def test_an_idempotency_key_is_bounded_and_printable(served: Served) -> None:
    for key in ("x" * 256, "with\ttab", "ü"):
        answer = await served.post(headers={"X-Server-Token": served.token, "Idempotency-Key": key})
        assert answer.status == 400
    assert (
        await served.post(headers={"X-Server-Token": served.token, "Idempotency-Key": "x" * 255})
    ).status == 202


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        ({"X-Server-Token": "{token}"}, ""),
        ({"X-Server-Token": "  {token} "}, ""),
        ({"x-server-token": "{token}", "Authorization": "Bearer wrong"}, "?server_token=wrong"),
        ({"Authorization": "Bearer {token}"}, "?server_token=wrong"),
        ({"Authorization": "bearer  {token}"}, ""),
        ({"Authorization": "{token}"}, ""),
        ({"X-Server-Token": "", "Authorization": "Bearer {token}"}, ""),
        ({"X-Server-Token": " ", "Authorization": "Bearer "}, "?server_token={token}"),
        ({"Authorization": "Bearer"}, "?server_token={token}"),
        ({}, "?a=1&server_token={token}"),
    ],
)
async def test_the_first_token_that_is_not_empty_counts(
    served: Served, headers: dict[str, str], query: str
) -> None:
    filled = {name: value.format(token=served.token) for name, value in headers.items()}
    path = "/api/v1/ingest/events" + query.format(token=served.token)

    assert (await served.post(path=path, headers=filled)).status == 202


async def test_a_wrong_token_in_front_of_a_good_one_is_401(served: Served) -> None:
    answer = await served.post(headers={"X-Server-Token": "wrong", "Authorization": served.token})

    assert (answer.status, answer.json["error"]) == (401, "Invalid server token")


@pytest.mark.parametrize("path", ["/api/v1/ingest/events", "/api/v1/ingest/match-result"])
async def test_no_token_at_all_is_401_and_a_token_in_the_body_does_not_help(
    served: Served, path: str
) -> None:
    body = f"type=match_start&server_token={served.token}".encode()

    answer = await served.post(body, path=path, headers={})

    assert (answer.status, answer.json["error"]) == (401, "Missing server token")
    assert served.stored() == []


async def test_a_revoked_key_is_401(served: Served) -> None:
    await servers.revoke(served.world.postgres, "test")
    await served.world.keys.refresh()

    assert (await served.post()).status == 401


async def test_a_key_added_while_serving_works_at_once(served: Served) -> None:
    new = await servers.add(served.world.postgres, "another")

    assert (await served.post(headers={"X-Server-Token": new.token})).status == 202
    assert served.stored()[0].server_id == new.server_id


async def test_the_key_is_checked_before_the_body_is_read(served: Served) -> None:
    head = b"POST /api/v1/ingest/events HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n"

    assert (await served.raw(head)).startswith(b"HTTP/1.1 401 ")


async def test_a_full_spool_answers_429_with_retry_after(serve: Serve) -> None:
    full = IngestSettings(spool_events_max=1000, shed_above=0.1, hold_s=0.01)
    async with serve(ingest=full) as served:
        assert (await served.post(b"\n".join([EVENT] * 101))).status == 202

        answer = await served.post()

        assert (answer.status, answer.json["error"]) == (429, "Too many events")
        assert int(answer.headers["Retry-After"]) >= 1
        assert (await served.get("/ready")).status == 503


async def test_a_spool_that_cannot_be_written_answers_503_with_retry_after(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ingest.errors import SpoolUnavailable

    async def disk_full(*_: Any) -> None:
        raise SpoolUnavailable("No space left on device: /var/secret/place")

    # The disk's own failures are tested with ingest/; here it matters how they are said.
    monkeypatch.setattr(served.world.door._spool, "append", disk_full)
    answer = await served.post()

    assert answer.status == 503
    assert answer.headers["Retry-After"] == "5"
    assert "secret" not in answer.text


async def test_a_match_result_is_stored_as_its_match_end(served: Served) -> None:
    result = {
        "match_id": "m1",
        "server_id": "claimed",
        "map_name": "dm/mohdm6",
        "duration": 12.5,
        "type": "x",
    }
    body = json.dumps(result, indent=1).encode()

    answer = await served.post(body, path="/api/v1/ingest/match-result")

    assert (answer.status, answer.json) == (200, {"status": "processed"})
    record = served.stored()[0]
    assert record.events == 1
    assert json.loads(record.body) == [result | {"type": "match_end"}]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"7", b"{}", b'{"match_id":""}', b"[" * 100_000, b"\xff{}"]
)
async def test_a_match_result_that_is_none_is_400(served: Served, body: bytes) -> None:
    answer = await served.post(body, path="/api/v1/ingest/match-result")

    assert answer.status == 400
    assert "error" in answer.json
    assert served.stored() == []


async def test_refusals_are_counted_by_reason(served: Served) -> None:
    async def count(reason: str) -> float:
        text = (await served.get("/metrics")).text
        name = f'statline_http_refused_total{{endpoint="/api/v1/ingest/events",reason="{reason}"}} '
        return sum(float(line.removeprefix(name)) for line in text.splitlines() if line.startswith(name))

    before = await count("missing_token"), await count("invalid_body")
    await served.post(headers={})
    await served.post(b"[")

    assert (await count("missing_token"), await count("invalid_body")) == (before[0] + 1, before[1] + 1)
