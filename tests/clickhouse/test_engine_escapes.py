"""An analyst reads the tables of statline and nothing else, whichever way he tries."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from clickhouse.engine.faults import EngineFault
from clickhouse.engine.guard import Guard
from tests.clickhouse.analysts_door import PASSWORD, SECRET, Door, analyst, open_door

DENIED = (164, 497)


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    opened = open_door(tmp_path_factory.mktemp("door"))
    yield opened
    opened.engine.stop()


@pytest.fixture(scope="module")
def secret_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("files") / "secret.csv"
    path.write_text(SECRET)
    return path


@pytest.fixture(scope="module")
def visits() -> Iterator[_Visits]:
    """Who was reached over the network: nobody may be."""
    seen: list[str] = []

    class Listener(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            seen.append(str(self.request.recv(100)))

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Listener) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield _Visits(server.server_address[1], seen)
        server.shutdown()


@dataclass(frozen=True)
class _Visits:
    port: int
    seen: list[str]


READS = (
    "SELECT count() FROM statline.kills",
    "SELECT count() FROM kills WHERE kills > {least:UInt64}",
    "WITH best AS (SELECT max(kills) AS most FROM kills) SELECT player FROM kills WHERE kills IN (SELECT most FROM best)",
    "FROM kills SELECT sum(kills)",
    "(SELECT 1) UNION ALL (SELECT 2)",
    "SELECT * APPLY toString FROM kills LIMIT 1",
    "SELECT number FROM numbers(3)",
    "SELECT format('{}', 'file'), 'system.processes', 'url(1)'",
    "SHOW TABLES",
    "SHOW DATABASES",
    "SHOW CREATE TABLE statline.kills",
    "SHOW COLUMNS FROM kills",
    "DESCRIBE TABLE kills",
    "EXISTS TABLE kills",
    "EXPLAIN SELECT * FROM kills",
    "SELECT name, engine FROM system.tables WHERE database = 'statline'",
    "SELECT table_name FROM information_schema.tables",
    "SELECT version(), timezone(), hostName(), currentUser(), currentDatabase(), uptime()",
)


@pytest.mark.parametrize("sql", READS)
def test_reading_works(door: Door, sql: str) -> None:
    assert door.ask(sql, param_least=10)


ELSEWHERE = (
    "SELECT * FROM default.secrets",
    "SELECT * FROM merge('default', '.*')",
    "SELECT * FROM merge('.*', '.*')",
    "SELECT * FROM loop('default', 'secrets')",
    "SELECT * FROM viewExplain('EXPLAIN', '', (SELECT * FROM default.secrets))",
    "SELECT * FROM viewIfPermitted(SELECT * FROM default.secrets ELSE null('word String'))",
    "SELECT * FROM eval('SELECT * FROM default.secrets')",
    "SELECT * FROM mergeTreeIndex('default', 'secrets')",
    "SELECT * FROM remote('127.0.0.1', 'default', 'secrets')",
    "SELECT * FROM cluster('default', 'default', 'secrets')",
    "SELECT * FROM dictionary('default.secrets')",
    "SELECT * FROM {database:Identifier}.secrets",
    "SELECT 'Geheimnis' IN default.secrets",
    "SELECT (SELECT word FROM default.secrets)",
    "SELECT * APPLY (x -> (SELECT word FROM default.secrets)) FROM kills LIMIT 1",
    "DESCRIBE TABLE default.secrets",
    "SHOW CREATE TABLE default.secrets",
    "SHOW TABLES FROM statline WHERE (SELECT word FROM default.secrets) != ''",
    "EXPLAIN ESTIMATE SELECT * FROM default.secrets",
    "SELECT * FROM system.processes",
    "SELECT * FROM system.`processes`",
    'SELECT * FROM "system"."processes"',
    "SELECT * FROM `sys\\x74em`.processes",
    "SELECT 1 IN system.processes",
    "SELECT * FROM merge('system', 'processes')",
    "SELECT * FROM {database:Identifier}.processes",
    "SHOW PROCESSLIST",
    "SHOW GRANTS",
    "SELECT * FROM system.users",
    "SELECT * FROM system.server_settings",
    "SELECT * FROM system.disks",
    "SELECT * FROM system.user_directories",
    "SELECT * FROM system.named_collections",
    "SELECT getServerSetting('max_connections')",
)


@pytest.mark.parametrize("sql", ELSEWHERE)
def test_other_databases_and_tables_with_secrets_stay_shut(door: Door, sql: str) -> None:
    reply = door.knock(sql, param_database="system" if "processes" in sql else "default")
    assert reply.status != 200, reply.text
    assert SECRET not in reply.text
    assert reply.code in (*DENIED, 36, 46, 60, 62, 63, 81, 636, 701), reply.text


@pytest.mark.parametrize("database", ["system", "other"])
def test_another_database_cannot_be_made_the_current_one(door: Door, database: str) -> None:
    login = {"X-ClickHouse-User": "ann", "X-ClickHouse-Key": PASSWORD}
    assert door.knock("SELECT 1", database=database).code == 497
    assert door.knock("SELECT 1", headers={**login, "X-ClickHouse-Database": database}).code == 497
    assert door.knock(f"USE {database}").code == 164


FILES = (
    "SELECT file('{path}')",
    "SELECT FILE('{path}')",
    "SELECT * APPLY file FROM (SELECT '{path}')",
    "SELECT * APPLY (x -> file(x)) FROM (SELECT '{path}')",
    "SELECT * APPLY `fil\\x65` FROM (SELECT '{path}')",
    "SELECT arrayMap(file, ['{path}'])",
    "SELECT arrayMap(x -> file(x), ['{path}'])",
    "SELECT -- comment\n `file`/* */('{path}')",
    "SHOW TABLES FROM statline WHERE file('{path}') != ''",
    "SELECT * FROM file('{path}', 'LineAsString')",
    "SELECT * FROM `file`('{path}', 'LineAsString')",
    "SELECT * FROM (SELECT * FROM file('{path}', 'LineAsString'))",
    "WITH x AS (SELECT * FROM file('{path}', 'LineAsString')) SELECT * FROM x",
    "SELECT 1 WHERE 'a' IN (SELECT * FROM file('{path}', 'LineAsString'))",
    "DESCRIBE TABLE file('{path}')",
    "DESCRIBE TABLE file('{path}', 'LineAsString')",
    "SELECT * FROM url('file://{path}', 'LineAsString', 'line String')",
    "SELECT * FROM fileCluster('default', '{path}', 'LineAsString')",
    "SELECT * FROM filesystem('{path}')",
    "SELECT * FROM sqlite('{path}', 't')",
    "SELECT * FROM icebergLocal('{path}')",
    "SELECT * FROM deltaLakeLocal('{path}')",
    "SELECT * FROM executable('cat {path}', 'LineAsString', 'line String')",
    "SELECT * FROM input('line String')",
    "SELECT * FROM python('sys')",
    "SELECT * FROM Python(json)",
    "INSERT INTO kills FROM INFILE '{path}' FORMAT CSV",
    "SELECT 1 FORMAT Template SETTINGS format_template_resultset = '{path}'",
    "SELECT 1 SETTINGS format_schema = '{path}:m' FORMAT Protobuf",
    "CREATE TEMPORARY TABLE t ENGINE = File('CSV', '{path}')",
    "EXPLAIN TABLE OVERRIDE file('{path}')",
    "BACKUP TABLE kills TO File('{path}.bak')",
    "SELECT * FROM kills INTO OUTFILE '{path}.out'",
    "SELECT filesystemAvailable()",
)


@pytest.mark.parametrize("sql", FILES)
def test_no_file_is_read_or_written(door: Door, secret_file: Path, sql: str) -> None:
    reply = door.knock(sql.format(path=secret_file))
    assert reply.status != 200, reply.text
    assert reply.code in (*DENIED, 62, 115, 358, 701), reply.text
    assert SECRET not in reply.text
    assert list(secret_file.parent.iterdir()) == [secret_file]


@pytest.mark.parametrize("name", ["format_template_resultset", "format_schema", "format_schema_path"])
def test_settings_that_name_files_are_dropped(door: Door, secret_file: Path, name: str) -> None:
    setting: dict[str, Any] = {name: str(secret_file)}
    reply = door.knock("SELECT 1 FORMAT Template", **setting)
    assert SECRET not in reply.text


NETWORK = (
    "SELECT * FROM url('http://{host}/a.csv', 'CSV', 'a String')",
    "SELECT * FROM url('http://{host}/a.csv')",
    "DESCRIBE TABLE url('http://{host}/a.csv')",
    "DESCRIBE TABLE s3('http://{host}/bucket/a.csv')",
    "SELECT * FROM urlCluster('default', 'http://{host}/a.csv', 'CSV', 'a String')",
    "SELECT * FROM s3('http://{host}/bucket/a.csv', 'CSV', 'a String')",
    "SELECT * FROM gcs('http://{host}/bucket/a.csv', 'CSV', 'a String')",
    "SELECT * FROM s3Cluster('default', 'http://{host}/bucket/a.csv', 'CSV', 'a String')",
    "SELECT * FROM iceberg('http://{host}/bucket/a')",
    "SELECT * FROM deltaLake('http://{host}/bucket/a')",
    "SELECT * FROM hudi('http://{host}/bucket/a')",
    "SELECT * FROM paimon('http://{host}/bucket/a')",
    "SELECT * FROM azureBlobStorage('http://{host}/a', 'b', 'c', 'd', 'ZQ==', 'CSV', 'auto', 'a String')",
    "SELECT * FROM hdfs('hdfs://{host}/a', 'CSV', 'a String')",
    "SELECT * FROM remote('{host}', 'default', 'secrets')",
    "SELECT * FROM remoteSecure('{host}', 'default', 'secrets')",
    "SELECT * FROM mysql('{host}', 'd', 't', 'u', 'p')",
    "SELECT * FROM postgresql('{host}', 'd', 't', 'u', 'p')",
    "SELECT * FROM mongodb('{host}', 'd', 'c', 'u', 'p', 'a String')",
    "SELECT * FROM redis('{host}', 'k', 'k String, v String')",
    "SELECT * FROM jdbc('jdbc:x://{host}', 's', 't')",
    "SELECT * FROM odbc('DSN=x', 's', 't')",
    "SELECT * FROM ytsaurus('http://{host}', '//a', 't', 'a String')",
    "SELECT * FROM bigquery('a', 'b', 'c')",
    "EXPLAIN TABLE OVERRIDE mysql('{host}', 'd', 't', 'u', 'p')",
    "SELECT aiGenerate('x', 'y')",
)


@pytest.mark.parametrize("sql", NETWORK)
def test_nothing_is_asked_over_the_network(door: Door, visits: _Visits, sql: str) -> None:
    reply = door.knock(sql.format(host=f"127.0.0.1:{visits.port}"))
    assert reply.code in (*DENIED, 36, 62, 701), reply.text
    assert visits.seen == []


WRITES = (
    "INSERT INTO kills VALUES ('x', 1)",
    "INSERT INTO kills FORMAT TSV\nx\t1",
    "INSERT INTO FUNCTION null('a UInt8') SELECT 1",
    "EXPLAIN INSERT INTO kills SELECT 'x', 1",
    "CREATE TABLE kills_too AS kills ENGINE = Memory",
    "CREATE TEMPORARY TABLE t (a UInt8)",
    "CREATE FUNCTION f AS x -> x",
    "CREATE USER eve",
    "DROP TABLE kills",
    "TRUNCATE TABLE kills",
    "ALTER TABLE kills DELETE WHERE 1",
    "OPTIMIZE TABLE kills",
    "DELETE FROM kills WHERE 1",
    "KILL QUERY WHERE 1",
    "SYSTEM FLUSH LOGS",
    "SYSTEM SHUTDOWN",
    "SET ROLE owner",
    "SET DEFAULT ROLE owner TO default",
    "GRANT owner TO analyst",
    "EXECUTE AS default SELECT 1",
    "SET readonly = 0",
    "SELECT 1 SETTINGS readonly = 0",
    "SELECT 1 SETTINGS max_execution_time = 0",
    "SELECT 1; DROP TABLE kills",
    "SELECT 1 PARALLEL WITH DROP TABLE kills",
    "BEGIN TRANSACTION",
    "ATTACH TABLE t",
    "CHECK TABLE kills",
)


@pytest.mark.parametrize("sql", WRITES)
def test_nothing_is_changed(door: Door, sql: str) -> None:
    reply = door.knock(sql, readonly=0)
    assert reply.code in (*DENIED, 62, 80), reply.text
    assert door.engine.ask("SELECT count() FROM statline.kills") == "5000\n"


def test_a_role_in_the_address_is_dropped(door: Door) -> None:
    assert door.ask("SELECT arraySort(currentRoles())", role="owner") == "['analyst']\n"
    assert door.knock("SELECT * FROM default.secrets", role="owner").code == 497


def test_a_session_keeps_nothing(door: Door) -> None:
    door.ask("SELECT 1", session_id="mine", session_timeout=60)
    assert door.knock("CREATE TEMPORARY TABLE t (a UInt8)", session_id="mine").code == 164


def test_the_engine_itself_keeps_every_right(door: Door) -> None:
    door.let_in(analyst())
    assert door.engine.ask("SELECT word FROM default.secrets") == f"{SECRET}\n"
    assert door.engine.ask("SELECT count() > 0 FROM system.processes") == "1\n"


def test_every_table_function_of_a_new_version_is_shut_until_it_is_named() -> None:
    guard = Guard(frozenset({"numbers", "brandnew"}))
    guard.check("SELECT *\nFROM numbers(3)")
    guard.check("SELECT brandnew FROM kills")
    with pytest.raises(EngineFault, match="brandNew"):
        guard.check("SELECT *\nFROM brandNew('x')")
