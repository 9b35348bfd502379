"""Statements: parameters, settings, readonly, formats, errors, codes, headers."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from clickhouse.engine.faults import EngineFault, StatementFault
from clickhouse.engine.statement import read_request, read_statement
from tests.clickhouse.conftest import EngineProcess


@pytest.mark.parametrize(
    ("sql", "text", "input_format", "data"),
    [
        (b"INSERT INTO t FORMAT Native\n\x20\x0a\x00", b"INSERT INTO t", "Native", b"\x20\x0a\x00"),
        (b"insert into t (a, `format x`) format CSV\r\n1,2", b"insert into t (a, `format x`)", "CSV", b"1,2"),
        (b"INSERT INTO t /* FORMAT CSV */ -- VALUES\n VALUES (1)", None, "Values", b" (1)"),
        (b"INSERT INTO t SETTINGS a = 'VALUES' FORMAT TSV 1\t2", b"INSERT INTO t", "TSV", b"1\t2"),
        (b"INSERT INTO f(values(1)) (format) FORMAT JSONEachRow {}", None, "JSONEachRow", b"{}"),
        (b"INSERT INTO t SELECT 1 FORMAT CSV", b"INSERT INTO t SELECT 1 FORMAT CSV", None, b""),
        (b"INSERT INTO t", b"INSERT INTO t", None, b""),
    ],
)
def test_data_of_an_insert_begin_where_clickhouse_says(
    sql: bytes, text: bytes | None, input_format: str | None, data: bytes
) -> None:
    statement = read_statement(sql)
    assert statement.input_format == input_format
    assert bytes(statement.data) == data
    if text is not None:
        assert statement.text == text


def test_settings_of_an_insert_stand_apart() -> None:
    statement = read_statement(b"INSERT INTO t SETTINGS a = 1, b = 'x' FORMAT CSV\n1")
    assert statement.insert_settings == b"SETTINGS a = 1, b = 'x'"


@pytest.mark.parametrize(
    ("sql", "name"),
    [
        (b"SELECT 1 FORMAT JSON", "JSON"),
        (b"SELECT 1 format CSV ; ", "CSV"),
        (b"SELECT 1 FORMAT TSV SETTINGS max_threads = 1", "TSV"),
        (b"SELECT format FROM t", None),
        (b"SELECT 'FORMAT JSON'", None),
        (b"SELECT (SELECT 1 FORMAT JSON)", None),
        (b"SELECT 1 -- FORMAT JSON", None),
        (b"", None),
    ],
)
def test_format_of_an_answer_is_the_one_at_the_end(sql: bytes, name: str | None) -> None:
    assert read_statement(sql).format == name


def test_parameters_of_the_interface_are_no_settings() -> None:
    parameters = {
        "query": "SELECT 1",
        "database": "d",
        "param_x": "1",
        "max_threads": "2",
        "session_id": "s",
        "query_id": "q",
    }
    request = read_request("POST", parameters, {}, b"")
    assert request.settings == {"max_threads": "2"}
    assert request.parameters == {"x": "1"}
    assert (request.database, request.session_id, request.query_id) == ("d", "s", "q")


def test_request_without_a_statement_is_refused() -> None:
    with pytest.raises(EngineFault) as caught:
        read_request("POST", {}, {}, b" \n ")
    assert (caught.value.code, caught.value.status) == (62, 400)


def test_words_of_chdb_become_code_and_text() -> None:
    fault = StatementFault(RuntimeError("Failed: Code: 60. DB::Exception: no. (UNKNOWN_TABLE)"))
    assert (fault.code, fault.status) == (60, 404)
    assert fault.text == "Code: 60. DB::Exception: no. (UNKNOWN_TABLE)\n"
    assert StatementFault(RuntimeError("odd")).code == 1002


def test_query_may_stand_in_the_url_in_the_body_or_in_both(engine_process: EngineProcess) -> None:
    assert engine_process.ask("SELECT 1") == "1\n"
    assert engine_process.send(method="GET", query="SELECT 2").text == "2\n"
    assert engine_process.ask("+ 2", query="SELECT 1") == "3\n"
    assert engine_process.send(method="GET").text == "Ok.\n"


def test_ping_needs_no_login(engine_process: EngineProcess) -> None:
    assert engine_process.send(method="GET", path="/ping", headers={}).text == "Ok.\n"


def test_parameters_are_bound_by_the_engine(engine_process: EngineProcess) -> None:
    assert (
        engine_process.ask("SELECT {a:UInt8} + 1, {b:String}", param_a=1, param_b="it's; DROP")
        == "2\tit\\'s; DROP\n"
    )
    assert engine_process.send("SELECT {a:UInt8}").code == 456
    assert engine_process.send("SELECT {a:UInt8}", param_a="x").code == 457


def test_form_fields_are_read_as_parameters(engine_process: EngineProcess) -> None:
    boundary = "xx"
    fields = {"query": "SELECT {a:UInt8} AS a FORMAT JSONEachRow", "param_a": "7"}
    body = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    )
    headers = {**engine_process.login(), "Content-Type": f"multipart/form-data; boundary={boundary}"}
    assert engine_process.send(f"{body}--{boundary}--\r\n", headers=headers).text == '{"a":7}\n'


def test_settings_of_a_request_hold_for_it_alone(engine_process: EngineProcess) -> None:
    ask = "SELECT getSetting('max_block_size')"
    before = engine_process.ask(ask)
    assert engine_process.ask(ask, max_block_size=1234) == "1234\n"
    assert engine_process.ask(ask) == before


def test_settings_of_a_request_do_not_stay_in_its_session(engine_process: EngineProcess) -> None:
    ask = "SELECT getSetting('max_block_size'), getSetting('max_threads'), currentDatabase()"
    engine_process.ask("SET max_threads = 1", session_id="a")
    assert (
        engine_process.ask(ask, session_id="a", max_block_size=99, max_threads=2, database="system")
        == "99\t2\tsystem\n"
    )
    kept = engine_process.ask(ask, session_id="a").split()
    assert kept[0] != "99"
    assert kept[1:] == ["1", "default"]


def test_session_keeps_temporary_tables_and_others_do_not_see_them(engine_process: EngineProcess) -> None:
    engine_process.ask("CREATE TEMPORARY TABLE mine (a UInt8)", session_id="b")
    engine_process.ask("INSERT INTO mine VALUES (1)", session_id="b")
    assert engine_process.ask("SELECT a FROM mine", session_id="b") == "1\n"
    assert engine_process.send("SELECT a FROM mine").code == 60
    assert engine_process.send("SELECT 1", session_id="nobody", session_check=1).code == 372


def test_unknown_setting_is_refused(engine_process: EngineProcess) -> None:
    reply = engine_process.send("SELECT 1", no_such_setting=1)
    assert (reply.status, reply.code) == (404, 115)
    odd: dict[str, Any] = {"x = 1, readonly": 0}
    assert engine_process.send("SELECT 1", **odd).code == 115


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE default.never (a UInt8) ENGINE = Memory",
        "INSERT INTO FUNCTION file('/tmp/statline-never.csv', 'CSV') SELECT 1",
        "SELECT * FROM file('/etc/passwd', 'LineAsString')",
        "SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')",
        "SELECT 1 INTO OUTFILE '/tmp/statline-never.csv'",
        "DROP DATABASE default",
        "SYSTEM STOP MERGES",
        "KILL QUERY WHERE 1",
    ],
)
def test_readonly_refuses_writes_files_and_addresses(engine_process: EngineProcess, sql: str) -> None:
    assert engine_process.send(sql, readonly=1).status != 200


@pytest.mark.parametrize("session", [{}, {"session_id": "r"}])
def test_readonly_cannot_be_taken_back(engine_process: EngineProcess, session: dict[str, Any]) -> None:
    assert engine_process.send("SET readonly = 0", readonly=1, **session).code == 164
    assert engine_process.send("SELECT 1 SETTINGS readonly = 0", readonly=1, **session).code == 164
    assert engine_process.send("SELECT 1; SET readonly = 0", readonly=1, **session).code == 62
    assert engine_process.ask("SELECT getSetting('readonly')", readonly=1, max_threads=1, **session) == "1\n"
    assert engine_process.ask("SELECT getSetting('readonly')", **session) == "0\n"


def test_get_changes_nothing(engine_process: EngineProcess) -> None:
    refused = engine_process.send(method="GET", query="CREATE TABLE default.never (a UInt8) ENGINE = Memory")
    assert refused.code == 164
    assert (
        engine_process.send(method="GET", query="SELECT getSetting('readonly')", max_threads=1).text == "2\n"
    )


@pytest.mark.parametrize(
    "sql", ["SELECT 1 INTO OUTFILE '/tmp/x'", "INSERT INTO t FROM INFILE '/tmp/x' FORMAT CSV"]
)
def test_files_of_the_machine_are_out_of_reach(engine_process: EngineProcess, sql: str) -> None:
    assert engine_process.send(sql).status != 200


def test_word_outfile_inside_a_text_is_harmless(engine_process: EngineProcess) -> None:
    assert engine_process.ask("SELECT ' INTO OUTFILE '") == " INTO OUTFILE \n"


@pytest.mark.parametrize(
    ("sql", "status", "code"),
    [
        ("SELEC 1", 400, 62),
        ("SELECT 1; SELECT 2", 400, 62),
        ("SELECT * FROM nope", 404, 60),
        ("SELECT * FROM nope.nope", 404, 81),
        ("SELECT nope", 404, 47),
        ("SELECT nope(1)", 404, 46),
        ("SELECT 1 FORMAT Nope", 404, 73),
        ("SELECT toUInt8('x')", 400, 6),
        ("SELECT throwIf(1)", 500, 395),
    ],
)
def test_errors_have_the_status_and_code_of_clickhouse(
    engine_process: EngineProcess, sql: str, status: int, code: int
) -> None:
    reply = engine_process.send(sql)
    assert (reply.status, reply.code) == (status, code)
    assert reply.text.startswith(f"Code: {code}. DB::Exception: ")


def test_wrong_login_is_refused_however_it_comes(engine_process: EngineProcess) -> None:
    right = engine_process.login()
    assert engine_process.send("SELECT 1", headers={}).code == 516
    assert engine_process.send("SELECT 1", headers={**right, "X-ClickHouse-Key": "x"}).status == 403
    assert engine_process.send("SELECT 1", headers={"Authorization": "Basic c3RhdGxpbmU6eA=="}).code == 516
    assert engine_process.send("SELECT 1", headers={"Authorization": "Basic !"}).code == 516
    user, password = right["X-ClickHouse-User"], right["X-ClickHouse-Key"]
    assert engine_process.send("SELECT 1", headers={}, user=user, password=password).text == "1\n"


def test_strange_host_names_are_refused(engine_process: EngineProcess) -> None:
    reply = engine_process.send("SELECT 1", headers={**engine_process.login(), "Host": "evil.example"})
    assert reply.status == 403


def test_answer_tells_format_query_timezone_and_summary(engine_process: EngineProcess) -> None:
    reply = engine_process.send(
        "SELECT number FROM numbers(10)", default_format="JSONEachRow", query_id="mine"
    )
    assert reply.headers["X-ClickHouse-Format"] == "JSONEachRow"
    assert reply.headers["X-ClickHouse-Query-Id"] == "mine"
    assert reply.headers["X-ClickHouse-Timezone"]
    assert reply.headers["X-ClickHouse-Server-Display-Name"]
    assert json.loads(reply.headers["X-ClickHouse-Summary"])["read_rows"] == "10"
    header = engine_process.send("SELECT 1", headers={**engine_process.login(), "X-ClickHouse-Format": "CSV"})
    assert header.headers["Content-Type"].startswith("text/csv")


@pytest.mark.parametrize("name", ["JSON", "Parquet", "Pretty", "XML", "ArrowStream", "JSONCompact"])
def test_formats_with_a_frame_are_made_whole(engine_process: EngineProcess, name: str) -> None:
    pieces = engine_process.send(f"SELECT number FROM numbers(30) FORMAT {name}", max_block_size=7)
    assert pieces.status == 200
    if name.startswith("JSON"):
        assert len(json.loads(pieces.body)["data"]) == 30


@pytest.mark.parametrize(
    "name",
    [
        "TSVWithNames",
        "TSVWithNamesAndTypes",
        "CSVWithNames",
        "CSVWithNamesAndTypes",
        "JSONCompactEachRowWithNamesAndTypes",
    ],
)
def test_header_lines_come_once_in_a_streamed_answer(engine_process: EngineProcess, name: str) -> None:
    sql = f'SELECT number AS "a\nb", toString(number) AS c FROM numbers(100) FORMAT {name}'
    streamed = engine_process.ask(sql, max_block_size=7)
    whole = engine_process.ask(
        f"SELECT * FROM ({sql.split(' FORMAT', maxsplit=1)[0]}) ORDER BY 1 FORMAT {name}"
    )
    assert streamed == whole


def test_totals_come_after_the_rows(engine_process: EngineProcess) -> None:
    sql = "SELECT number % 2 AS k, count() FROM numbers(10) GROUP BY k WITH TOTALS ORDER BY k"
    assert engine_process.ask(sql) == "0\t5\n1\t5\n\n0\t10\n"


def test_empty_answers_are_empty(engine_process: EngineProcess) -> None:
    assert engine_process.ask("SELECT 1 WHERE 0") == ""
    assert engine_process.ask("SELECT 1 AS n WHERE 0 FORMAT TSVWithNames") == "n\n"
    assert engine_process.ask("SELECT 1 FORMAT Null") == ""


@pytest.mark.parametrize(
    "sql", ["SHOW DATABASES", "EXISTS TABLE default.nope", "EXPLAIN SELECT 1", "DESCRIBE system.one"]
)
def test_statements_that_cannot_stream_are_answered_all_the_same(
    engine_process: EngineProcess, sql: str
) -> None:
    assert engine_process.ask(sql)


def curl(engine: EngineProcess, *arguments: str, data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """curl (apt: curl) with the engine's address in place of URL."""
    command = ["curl", "--silent", *(argument.replace("URL", engine.url) for argument in arguments)]
    return subprocess.run(command, input=data, capture_output=True, check=False, timeout=60)


def test_curl_asks_and_inserts(engine_process: EngineProcess, database: str) -> None:
    table = f"{database}.t"
    curl(engine_process, "URL/", "--data-binary", f"CREATE TABLE {table} (a UInt8) ENGINE = Memory")
    inserted = curl(
        engine_process, "--data-binary", "@-", f"URL/?query=INSERT+INTO+{table}+FORMAT+CSV", data=b"1\n2\n"
    )
    assert inserted.stdout == b""
    asked = curl(engine_process, "--get", "URL/", "--data-urlencode", f"query=SELECT sum(a) FROM {table}")
    assert asked.stdout == b"3\n"


def test_curl_unpacks_answers(engine_process: EngineProcess) -> None:
    asked = curl(
        engine_process, "--compressed", "URL/?enable_http_compression=1", "--data-binary", "SELECT 1"
    )
    assert asked.stdout == b"1\n"


def test_curl_sees_that_a_broken_answer_is_not_whole(engine_process: EngineProcess) -> None:
    asked = curl(
        engine_process, "URL/", "--data-binary", "SELECT throwIf(number = 2000000) FROM numbers(3000000)"
    )
    assert asked.returncode != 0
    assert b"__exception__" in asked.stdout
    assert b"FUNCTION_THROW_IF_VALUE_IS_NON_ZERO" in asked.stdout
