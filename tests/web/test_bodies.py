from __future__ import annotations

import asyncio
import gzip
import zlib

import pytest

from tests.web.conftest import Serve, Served

LIMIT = 1_048_576
EVENT = b"type=match_start"


def full(size: int) -> bytes:
    return EVENT + b"&pad=" + b"x" * (size - len(EVENT) - 5)


def head(served: Served, *lines: str) -> bytes:
    fixed = ["POST /api/v1/ingest/events HTTP/1.1", "Host: x", f"X-Server-Token: {served.token}"]
    return ("\r\n".join([*fixed, *lines]) + "\r\n\r\n").encode()


async def test_a_body_of_exactly_the_limit_is_accepted(served: Served) -> None:
    assert (await served.post(full(LIMIT))).status == 202
    assert len(served.stored()[0].body) == LIMIT


async def test_one_byte_more_is_413(served: Served) -> None:
    answer = await served.post(full(LIMIT + 1))

    assert (answer.status, answer.json["error"]) == (413, "Request body too large")


async def test_a_huge_content_length_is_413_before_the_body_comes(served: Served) -> None:
    answer = await served.raw(head(served, "Content-Length: 99999999999"))

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"Connection: close" in answer


async def test_a_chunked_body_is_413_as_soon_as_it_is_too_long(serve: Serve) -> None:
    async with serve(body_bytes_max=10_000, linger_s=0.1) as served:
        chunk = b"1000\r\n" + b"x" * 4096 + b"\r\n"
        # Never ended: whoever waited for the end would wait for ever.
        answer = await served.raw(head(served, "Transfer-Encoding: chunked") + chunk * 3)

        assert answer.startswith(b"HTTP/1.1 413 ")


async def test_a_chunked_body_within_the_limit_is_accepted(served: Served) -> None:
    request = head(served, "Transfer-Encoding: chunked", "Connection: close")

    answer = await served.raw(request + b"4\r\ntype\r\n" + b"c\r\n=match_start\r\n0\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 202 ")
    assert served.stored()[0].body == EVENT


async def test_broken_chunks_are_400_and_store_nothing(served: Served) -> None:
    request = head(served, "Transfer-Encoding: chunked")

    at_once = await served.raw(request + b"zz\r\ntype=x\r\n")
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.write(request + b"4\r\ntype\r\n")
    await writer.drain()
    writer.write(b"zz\r\n")
    later = await reader.read()
    writer.close()

    for answer in (at_once, later):
        assert b" 400 Bad Request\r\n" in answer
    assert served.stored() == []


async def test_a_sender_that_stops_halfway_is_408_and_holds_nobody(serve: Serve) -> None:
    async with serve(read_timeout_s=0.2, linger_s=0.05) as served:
        slow = asyncio.create_task(served.raw(head(served, "Content-Length: 100") + b"type="))

        assert (await served.post()).status == 202
        answer = await slow

        assert answer.startswith(b"HTTP/1.1 408 ")
        assert b'"error":"Request body took too long"' in answer
        assert len(served.stored()) == 1


async def test_a_sender_that_vanishes_halfway_stores_nothing(served: Served) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.write(head(served, "Content-Length: 100") + b"type=match_start&half")
    await writer.drain()
    writer.close()
    await writer.wait_closed()

    assert (await served.post()).status == 202
    assert [record.body for record in served.stored()] == [EVENT]


async def test_a_body_that_is_longer_than_it_said_ends_the_connection(served: Served) -> None:
    request = head(served, f"Content-Length: {len(EVENT)}") + EVENT + b"\x00\x01 the rest\r\n\r\n"

    answer = await served.raw(request)

    assert b" 400 Bad Request\r\n" in answer
    # Bytes that are no HTTP make aiohttp drop what came with them; what was not acknowledged is not stored.
    assert len(served.stored()) == answer.count(b" 202 Accepted\r\n")


async def test_a_sender_that_asks_first_is_told_to_go_on_only_when_the_body_is_wanted(served: Served) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.write(head(served, "Content-Length: 16", "Expect: 100-continue"))
    assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    writer.write(EVENT)
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 202 ")
    writer.close()

    refused = await served.raw(head(served, "Content-Length: 9999999", "Expect: 100-continue"))
    assert refused.startswith(b"HTTP/1.1 413 ")
    unknown = await served.raw(head(served, "Content-Length: 0", "Expect: magic", "Connection: close"))
    assert unknown.startswith(b"HTTP/1.1 417 ")


@pytest.mark.parametrize(("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
async def test_a_compressed_report_is_stored_expanded(served: Served, encoding: str, pack: object) -> None:
    assert callable(pack)
    headers = {"X-Server-Token": served.token, "Content-Encoding": encoding}

    answer = await served.post(pack(EVENT), headers=headers)

    assert answer.status == 202
    assert served.stored()[0].body == EVENT


async def test_a_bomb_is_413_and_the_connection_goes_on(served: Served) -> None:
    headers = gzipped(served)

    answer = await served.post(gzip.compress(b"\0" * (64 * LIMIT)), headers=headers)

    assert (answer.status, answer.json["error"]) == (413, "Request body too large")
    assert answer.headers.get("Connection") != "close"


async def test_a_truncated_gzip_is_400(served: Served) -> None:
    headers = gzipped(served)

    answer = await served.post(gzip.compress(EVENT)[:-5], headers=headers)

    assert (answer.status, answer.json["error"]) == (400, "Corrupt compressed body")
    assert served.stored() == []


async def test_an_unknown_compression_is_415_and_says_which_are_known(served: Served) -> None:
    answer = await served.post(EVENT, headers={"X-Server-Token": served.token, "Content-Encoding": "br"})

    assert answer.status == 415
    assert answer.headers["Accept-Encoding"] == "gzip, deflate, zstd"


async def test_bodies_together_are_bounded_and_what_was_taken_is_given_back(serve: Serve) -> None:
    async with serve(body_bytes_max=10_000, bodies_bytes_max=20_000, linger_s=0.05) as served:
        halves = [await asyncio.open_connection("127.0.0.1", served.port) for _ in range(2)]
        for reader, writer in halves:
            writer.write(head(served, "Content-Length: 10000", "Expect: 100-continue"))
            assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"

        refused = await served.post()
        assert refused.status == 429
        assert refused.headers["Retry-After"] == "1"

        for reader, writer in halves:
            writer.write(full(10_000))
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 202 ")
            writer.close()
        for _ in range(5):
            assert (await served.post(full(10_001))).status == 413
        assert (await served.post(gzip.compress(EVENT), headers=gzipped(served))).status == 202


def gzipped(served: Served) -> dict[str, str]:
    return {"X-Server-Token": served.token, "Content-Encoding": "gzip"}
