"""The analysts' door: who gets in, how much he may take, and that common tools can use it."""

from __future__ import annotations

import base64
import ssl
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import clickhouse_connect
import pytest

from clickhouse.engine.analysts import FILE, Analysts, publish_analysts
from clickhouse.engine.credentials import engine_folder
from clickhouse.engine.doorkeeper import ADDRESSES_MAX, FAILURES_MAX, FailedLogins
from clickhouse.engine.revised import CUSTOM_SERIALIZATION, revised
from tests.clickhouse.analysts_door import PASSWORD, Door, analyst, free_port, open_door
from tests.clickhouse.conftest import EngineProcess, eventually

LOGIN = {"X-ClickHouse-User": "ann", "X-ClickHouse-Key": PASSWORD}
SLOW = "SELECT count() FROM numbers(100000000000) WHERE NOT ignore(sipHash64(number))"


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    door = open_door(tmp_path_factory.mktemp("door"))
    yield door
    door.engine.stop()


@pytest.fixture
def door(opened: Door) -> Door:
    """The door with ann behind it."""
    opened.let_in(analyst())
    return opened


@pytest.fixture
def new_door(tmp_path: Path) -> Iterator[Callable[..., Door]]:
    made: list[Door] = []

    def make(**settings: object) -> Door:
        made.append(open_door(tmp_path / f"door{len(made)}", **settings))
        return made[-1]

    yield make
    for door in made:
        door.engine.stop()


def test_the_door_is_shut_unless_an_address_is_set(new_engine: Callable[..., EngineProcess]) -> None:
    engine = new_engine(analysts_port=free_port())
    with pytest.raises(ConnectionRefusedError):
        Door(engine, engine.settings["analysts_port"]).knock("SELECT 1")


def test_an_analyst_logs_in_by_header_by_basic_login_and_by_address(door: Door) -> None:
    basic = base64.b64encode(f"ann:{PASSWORD}".encode()).decode()
    assert door.knock("SELECT 1", headers=LOGIN).text == "1\n"
    assert door.knock("SELECT 1", headers={"Authorization": f"Basic {basic}"}).text == "1\n"
    assert door.knock("SELECT 1", headers={}, user="ann", password=PASSWORD).status == 403
    by_address = door.knock(headers={}, method="GET", query="SELECT 1", user="x")
    assert by_address.code == 516


def test_wrong_name_and_wrong_password_are_told_alike(new_door: Callable[..., Door]) -> None:
    door = new_door()
    nobody, wrong = door.knock("SELECT 1", user="eve"), door.knock("SELECT 1", password="x")
    assert (nobody.status, nobody.code) == (wrong.status, wrong.code) == (403, 516)
    assert nobody.text.replace("eve", "ann") == wrong.text
    assert door.knock("SELECT 1", headers={}).code == 516


def test_the_engines_own_login_does_not_open_the_door(new_door: Callable[..., Door]) -> None:
    door = new_door()
    assert door.knock("SELECT 1", headers=door.engine.login()).code == 516


def test_an_address_that_failed_too_often_must_wait_but_whoever_was_in_stays_in(
    new_door: Callable[..., Door],
) -> None:
    door = new_door()
    door.let_in(analyst(), analyst("bob"))
    assert door.ask("SELECT 1") == "1\n"
    for _ in range(FAILURES_MAX):
        assert "password is incorrect" in door.knock("SELECT 1", user="bob", password="guess").text
    refused = door.knock("SELECT 1", user="bob")
    assert refused.code == 516
    assert "Too many failed logins" in refused.text
    assert door.ask("SELECT 1") == "1\n"


def test_failures_are_forgotten_with_time_and_of_so_many_addresses_only_the_last() -> None:
    now_s = [0.0]
    failed = FailedLogins(lambda: now_s[0])
    for _ in range(FAILURES_MAX):
        assert failed.wait_s("a") == 0
        failed.note("a")
    assert failed.wait_s("a") == pytest.approx(6.0)
    assert failed.wait_s("b") == 0
    now_s[0] = 6.1
    assert failed.wait_s("a") == 0
    for number in range(ADDRESSES_MAX + 5):
        failed.note(str(number))
    assert len(failed._failures) == ADDRESSES_MAX


def test_who_is_revoked_is_out_at_once_and_who_is_added_is_in(door: Door) -> None:
    assert door.ask("SELECT 1") == "1\n"
    door.let_in(analyst("bob"))
    assert door.knock("SELECT 1").code == 516
    assert door.knock("SELECT 1", user="bob").status == 200


def test_a_changed_password_ends_the_old_one(door: Door) -> None:
    assert door.ask("SELECT 1") == "1\n"
    door.let_in(replace(analyst(), password_hash="scrypt$16384$8$1$00$00"))
    assert door.knock("SELECT 1").code == 516


def test_the_file_of_analysts_is_private_and_a_broken_one_lets_nobody_in(tmp_path: Path) -> None:
    assert publish_analysts(tmp_path, [analyst()])
    assert not publish_analysts(tmp_path, [analyst()])
    path = engine_folder(tmp_path) / FILE
    assert path.stat().st_mode & 0o777 == 0o600
    known = Analysts(tmp_path)
    assert known.find("ann") == analyst()
    path.write_text('[{"name": "ann"}]')
    assert known.find("ann") is None
    path.unlink()
    assert known.find("ann") is None


def test_an_answer_has_so_many_rows_and_no_more(door: Door) -> None:
    assert len(door.ask("SELECT number FROM numbers(5000)").splitlines()) == 5000
    over = door.knock("SELECT number FROM numbers(5001)")
    assert over.code == 396
    assert door.knock("SELECT number FROM numbers(5001)", max_result_rows=0).code == 396


def test_a_client_may_ask_for_fewer_rows_and_cut_there(door: Door) -> None:
    """What DBeaver does with its row limit."""
    cut = door.ask("SELECT number FROM numbers(100000)", max_result_rows=200, result_overflow_mode="break",
                   max_block_size=100)  # fmt: skip
    assert 200 <= len(cut.splitlines()) <= 300
    assert door.knock("SELECT number FROM numbers(100000)", result_overflow_mode="break").code == 396


def test_a_statement_has_so_much_time(door: Door) -> None:
    door.let_in(analyst(query_time_max_s=0.3))
    assert door.knock(SLOW).code == 159
    assert door.knock(SLOW, max_execution_time=600).code == 159
    assert door.knock(SLOW, max_execution_time=0).code == 159


def test_a_statement_has_so_much_memory(door: Door) -> None:
    door.let_in(analyst(query_memory_max_bytes=20 << 20))
    greedy = "SELECT length(groupArray(number)) FROM numbers(50000000)"
    assert door.knock(greedy).code == 241
    assert door.knock(greedy, max_memory_usage=1 << 40).code == 241


def test_statements_above_the_limit_wait_and_then_are_refused(new_door: Callable[..., Door]) -> None:
    door = new_door(engine_queue_time_max_s=0.2)
    door.let_in(analyst(queries_max=1, query_time_max_s=60))
    connection = door.engine.connection()
    slow = ThreadPoolExecutor(1).submit(door.knock, SLOW, query_id="slow")
    eventually("it runs", door.engine.running)
    refused = door.knock("SELECT 1")
    assert (refused.code, refused.status) == (202, 503)
    assert "for user ann. Maximum: 1" in refused.text
    door.engine.ask("KILL QUERY WHERE query LIKE '%sipHash64%' AND query NOT LIKE '%KILL%' SYNC")
    assert slow.result().status != 200
    connection.close()
    eventually("the place is free again", lambda: door.knock("SELECT 1").status == 200)


def test_a_dashboard_of_many_panels_is_answered(door: Door) -> None:
    with ThreadPoolExecutor(12) as clients:
        replies = list(clients.map(lambda _: door.knock("SELECT sum(kills) FROM kills"), range(24)))
    assert {(reply.status, reply.text) for reply in replies} == {(200, "12497500\n")}


def test_harmless_settings_of_clients_do_not_fail_and_do_not_count(door: Door) -> None:
    for name, value in {
        "max_execution_time": 60, "extremes": 0, "max_insert_block_size": 1, "send_progress_in_http_headers": 1,
        "output_format_binary_write_json_as_string": 1, "cancel_http_readonly_queries_on_client_close": 1,
        "session_id": "x", "session_timeout": 30, "readonly": 2, "no_such_setting": 1, "wait_end_of_query": 1,
    }.items():  # fmt: skip
        assert door.knock("SELECT 1", **{name: value}).text == "1\n", name  # type: ignore[arg-type]
    assert door.knock("SELECT 1", max_threads="many").status == 200


def test_settings_of_the_form_of_an_answer_are_kept(door: Door) -> None:
    sql = "SELECT toUInt64(1) AS n FORMAT JSONEachRow"
    assert door.ask(sql, output_format_json_quote_64bit_integers=1) == '{"n":"1"}\n'
    assert door.ask("SELECT toDateTime(0)", session_timezone="Asia/Tokyo") == "1970-01-01 09:00:00\n"


def test_clickhouse_connect_works(door: Door) -> None:
    client = clickhouse_connect.get_client(
        host="127.0.0.1", port=door.port, username="ann", password=PASSWORD, database="statline",
    )  # fmt: skip
    assert client.query("SELECT count(), max(player) FROM kills").result_rows == [(5000, "999")]
    found = client.query("SELECT * FROM kills WHERE kills < {most:UInt64}", parameters={"most": 3})
    assert len(found.result_rows) == 3
    with pytest.raises(clickhouse_connect.driver.exceptions.DatabaseError, match="ACCESS_DENIED"):
        client.query("SELECT * FROM default.secrets")
    client.close()


def test_curl_works(door: Door) -> None:
    asked = subprocess.run(
        ["curl", "-s", "--user", f"ann:{PASSWORD}", f"http://127.0.0.1:{door.port}/?database=statline",
         "--data-binary", "SELECT count() FROM kills FORMAT JSONEachRow"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert asked.stdout == '{"count()":5000}\n'


def test_what_grafana_asks_on_connecting_is_answered_in_its_protocol(door: Door) -> None:
    """clickhouse-go 2.50: Native blocks of its own protocol version, with a time limit of its own."""
    sent = {
        "default_format": "Native",
        "client_protocol_version": 54460,
        "max_execution_time": 60,
        "database": "statline",
    }
    hello = door.knock("SELECT displayName(), version(), revision(), timezone()", **sent)  # type: ignore[arg-type]
    assert hello.status == 200
    newer = door.knock("SELECT * FROM kills ORDER BY kills LIMIT 900", max_block_size=100, **sent)  # type: ignore[arg-type]
    older = door.knock(
        "SELECT * FROM kills ORDER BY kills LIMIT 900", max_block_size=100, default_format="Native"
    )
    assert newer.body == revised(older.body, CUSTOM_SERIALIZATION)
    assert newer.body != older.body
    # Block info, two columns, …: and each column says that its values are packed plainly.
    assert newer.body.startswith(b"\x01\x00\x02\xff\xff\xff\xff\x00\x02")
    assert b"\x06player\x06String\x00" in newer.body


ONE_OF_EACH = """
SELECT toUInt8(number) AS u8, toInt256(number) AS i256, number % 2 = 0 AS b, toFloat32(number) AS f, toString(number) AS s,
    toFixedString('ab', 2) AS fs, toDecimal32(number, 2) AS d32, toDecimal128(number, 3) AS d128, toDate(number) AS day,
    toDateTime64(number, 3, 'UTC') AS t, toUUID('76e0069f-d5ae-30f0-b56a-e55c35144934') AS id, toIPv6('::1') AS ip,
    CAST(number % 2 + 1, 'Enum8(''a,('' = 1, ''b'' = 2)') AS e, toNullable(number) AS n, nullIf(toString(number), '1') AS ns,
    toLowCardinality(toString(number % 3)) AS lc, toLowCardinality(nullIf(toString(number % 3), '1')) AS lcn,
    range(number) AS a, arrayMap(x -> [toLowCardinality(toString(x))], range(number)) AS alc,
    map(toLowCardinality('k'), number, 'l', 2) AS m, (number, 'x', [number]) AS tu,
    CAST((1, 'y'), 'Tuple(`a b` UInt8, c String)') AS named, CAST([], 'Array(String)') AS nothing, NULL AS null,
    CAST(number, 'SimpleAggregateFunction(sum, UInt64)') AS total
FROM numbers(300)
"""


def test_blocks_of_every_common_type_are_walked_through_to_their_end(door: Door) -> None:
    older = door.knock(ONE_OF_EACH, default_format="Native", max_block_size=100).body
    newer = door.knock(
        ONE_OF_EACH, default_format="Native", max_block_size=100, client_protocol_version=54460
    ).body
    columns = 25
    blocks = newer.count(b"\x01\x00\x02\xff\xff\xff\xff\x00")
    assert blocks >= 3
    assert len(newer) - len(older) == blocks * (8 + columns)


def test_a_type_that_cannot_be_walked_through_is_refused_by_name(door: Door) -> None:
    sql = "SELECT sumState(number) AS state FROM numbers(3)"
    refused = door.knock(sql, default_format="Native", client_protocol_version=54460)
    assert refused.code == 48
    assert "AggregateFunction" in refused.text
    assert door.knock(sql, default_format="Native").status == 200


def test_what_dbeaver_asks_on_connecting_is_answered(door: Door) -> None:
    """clickhouse-jdbc 0.8+: RowBinaryWithNamesAndTypes in compressed blocks, the database by header."""
    headers = {
        **LOGIN,
        "X-ClickHouse-Format": "RowBinaryWithNamesAndTypes",
        "X-ClickHouse-Database": "default",
    }
    for sql in (
        "SELECT currentUser() AS user, timezone() AS timezone, version() AS version LIMIT 1",
        "SELECT name AS TABLE_SCHEM, null AS TABLE_CATALOG FROM system.databases WHERE name LIKE '%'",
        "SELECT database, name, engine, comment FROM system.tables",
        "SELECT database, table, name, type FROM system.columns WHERE database LIKE 'statline'",
        "SELECT name, total_bytes FROM system.tables WHERE database = 'statline'",
        "SELECT * FROM system.functions LIMIT 10",
    ):
        reply = door.knock(sql, headers=headers, compress=1, output_format_binary_write_json_as_string=1)
        assert reply.status == 200, (sql, reply.text)


def test_the_door_may_speak_tls(new_door: Callable[..., Door], tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    door = new_door(analysts_certificate=str(certificate), analysts_key=str(key))
    trusting = ssl.create_default_context(cafile=str(certificate))
    request = urllib.request.Request(f"https://127.0.0.1:{door.port}/?query=SELECT+1", headers=LOGIN)
    with urllib.request.urlopen(request, context=trusting, timeout=20) as answer:
        assert answer.read() == b"1\n"
