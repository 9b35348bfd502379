"""The image and the compose file, as far as they can be checked without running them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import yaml
from prometheus_client import Counter, Gauge, Histogram

import cache.metrics
import clickhouse.metrics
import ingest.metrics
import live.metrics
import postgres.metrics
import web.metrics
from clickhouse.client import ClickHouse
from statline.settings import declared, load

ROOT = Path(__file__).parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DEPLOY = ROOT / "deploy"
CLUSTER_COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "cluster" / "docker-compose.yml").read_text())
CLUSTER: dict[str, dict[str, Any]] = CLUSTER_COMPOSE["services"]
BOARDS: dict[str, dict[str, Any]] = {
    path.stem: json.loads(path.read_text()) for path in (DEPLOY / "grafana" / "dashboards").glob("*.json")
}
METRIC_MODULES = (
    cache.metrics,
    clickhouse.metrics,
    ingest.metrics,
    live.metrics,
    postgres.metrics,
    web.metrics,
)
ASK_FOR_GRAFANA = """
import sys
from clickhouse.engine.binding import chdb
connection = chdb.connect(f"{sys.argv[1]}/data?config-file={sys.argv[1]}/config.xml")
ask = lambda sql: print(connection.query(sql, "TSV").data(), end="")
ask("SELECT access_type, database, table FROM system.grants WHERE user_name = 'grafana'")
print("--")
ask("SELECT setting_name, value FROM system.settings_profile_elements WHERE profile_name = 'grafana'")
"""
VARIABLES = {setting.variable for setting in declared()}


def image_environment() -> dict[str, str]:
    lines = re.search(r"^ENV ((?:.*\\\n)*.*)", DOCKERFILE, re.MULTILINE)
    assert lines
    return dict(re.findall(r"(STATLINE_\w+)=(\S+)", lines[1]))


def compose_environment() -> dict[str, str]:
    """The statline service's variables, with its password filled in."""
    values: dict[str, str] = SERVICES["statline"]["environment"]
    return {name: re.sub(r"\$\{STORE_PASSWORD[^}]*\}", "secret", value) for name, value in values.items()}


def test_every_variable_is_a_setting() -> None:
    named = {*image_environment(), *compose_environment(), *re.findall(r"STATLINE_[A-Z_]+", DOCKERFILE)}
    assert named
    assert named <= VARIABLES


def test_statline_accepts_the_settings_of_the_composition(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load(environment={**image_environment(), **compose_environment()})
    assert settings.clickhouse.url == "http://statline:secret@clickhouse:8123"
    assert settings.postgres.url == "postgresql://statline:secret@postgres:5432/statline"
    assert settings.redis.url == "redis://valkey:6379/0"
    assert (settings.statline.host, settings.statline.port) == ("0.0.0.0", 8080)


def addresses(environment: dict[str, str]) -> set[str]:
    """Hosts that the statline service is told of."""
    return {re.sub(r".*@|.*//", "", value).split(":")[0] for value in environment.values() if "://" in value}


def test_every_address_names_a_service() -> None:
    assert addresses(compose_environment()) == {"clickhouse", "postgres", "valkey"}
    assert set(SERVICES["statline"]["depends_on"]) == {"clickhouse", "postgres", "valkey"}
    nodes = CLUSTER["statline"]["environment"]
    assert addresses(nodes) <= set(CLUSTER)
    assert (
        {f"STATLINE_{name}" for name in ("CLICKHOUSE_CLUSTER", "CLICKHOUSE_INSERT_QUORUM")}
        <= set(nodes)
        <= VARIABLES
    )


@pytest.mark.parametrize("composition", [COMPOSE, CLUSTER_COMPOSE], ids=["compose", "cluster"])
def test_every_service_has_a_fixed_version_a_health_check_no_root_and_what_it_must_not_lose_on_a_volume(
    composition: dict[str, Any],
) -> None:
    services = composition["services"]
    for name in set(services) - {"statline"}:
        service = services[name]
        assert re.search(r":v?\d", service["image"]), name
        assert service["healthcheck"]["test"], name
        assert str(service["user"]).split(":")[0] not in ("", "0", "root"), name
        assert service["cap_drop"] == ["ALL"], name
    assert "USER statline" in DOCKERFILE
    mounted = {
        volume.split(":")[0]
        for service in services.values()
        for volume in service.get("volumes", [])
        if not volume.startswith("./")
    }
    assert mounted == set(composition["volumes"])


@pytest.mark.parametrize(
    "path", [ROOT / "docker-compose.yml", ROOT / "deploy" / "cluster" / "docker-compose.yml"], ids=str
)
def test_what_is_mounted_exists_and_passwords_are_asked_for(path: Path) -> None:
    text = path.read_text()
    for source in re.findall(r"(\./[\w./-]+):/", text):
        assert (path.parent / source).exists(), source
    for name in re.findall(r"\$\{(\w+)([^}]*)\}", text):
        assert name[1].startswith(":?"), f"{name[0]} must be required"
    assert not re.search(r"PASSWORD: +\"?[^$\"\s]", text)


def test_only_loopback_is_published() -> None:
    for composition in (COMPOSE, CLUSTER_COMPOSE):
        ports = [port for service in composition["services"].values() for port in service.get("ports", [])]
        assert ports
        assert all(port.startswith("127.0.0.1:") for port in ports)


def declared_metrics() -> dict[str, set[str]]:
    """Every sample name that statline can show, with its labels."""
    found: dict[str, set[str]] = {ingest.metrics.LEDGER_EVENTS: {"fate"}}  # collected when it is asked for
    for module in METRIC_MODULES:
        for metric in vars(module).values():
            if not isinstance(metric, Counter | Gauge | Histogram):
                continue
            described = next(iter(metric.describe()))
            labels = set(metric._labelnames)
            suffixes = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count")}
            for suffix in suffixes[described.type]:
                found[described.name + suffix] = labels | ({"le"} if suffix == "_bucket" else set())
    return found


def expressions() -> list[tuple[str, str]]:
    """Every PromQL expression, with where it stands."""
    rules = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text())
    found = [(rule["alert"], rule["expr"]) for group in rules["groups"] for rule in group["rules"]]
    for name, board in BOARDS.items():
        found += [
            (f"{name}: {panel['title']}", target["expr"])
            for panel in board["panels"]
            for target in panel["targets"]
            if "expr" in target
        ]
    return found


@pytest.mark.parametrize(("where", "expression"), expressions(), ids=lambda text: text[:60])
def test_every_metric_and_label_of_dashboards_and_alerts_exists(where: str, expression: str) -> None:
    known = declared_metrics()
    used = re.findall(r"\bstatline_\w+", expression)
    assert used or "ClickHouse" in expression
    assert set(used) <= set(known), where
    labels = {
        label.strip()
        for group in re.findall(r"\b(?:by|on) \(([^)]*)\)", expression)
        for label in group.split(",")
    }
    assert labels - {"instance", "job"} <= set().union(*(known[name] for name in used), set()), where
    assert expression.count("(") == expression.count(")")


async def test_every_clickhouse_metric_of_the_dashboards_exists(clickhouse: ClickHouse) -> None:
    used = {
        name
        for _, text in expressions()
        for name in re.findall(r"ClickHouse(?:Metrics|ProfileEvents)_\w+", text)
    }
    metrics = await clickhouse.rows_of(
        "SELECT concat('ClickHouseMetrics_', metric) AS name FROM system.metrics"
    )
    # system.events shows only what happened; an unknown name in ProfileEvents of a query is an error.
    assert {name for name in used if "Metrics_" in name} <= {row["name"] for row in metrics}
    events = sorted(name.removeprefix("ClickHouseProfileEvents_") for name in used if "Events_" in name)
    assert events == ["DelayedInserts", "InsertedRows", "RejectedInserts", "SelectedRows"]


def panels_by_sql() -> list[str]:
    return [
        target["rawSql"]
        for board in BOARDS.values()
        for panel in board["panels"]
        for target in panel["targets"]
        if "rawSql" in target
    ]


@pytest.mark.parametrize("sql", panels_by_sql())
async def test_every_panel_by_sql_runs_on_our_tables(clickhouse: ClickHouse, sql: str) -> None:
    plain = re.sub(r"\$__timeFilter\((\w+)\)", r"(\1 >= now() - 3600 AND \1 <= now())", sql)
    plain = re.sub(r"\$__dateFilter\((\w+)\)", r"(\1 >= today() - 1 AND \1 <= today())", plain)
    assert "$__" not in plain
    assert await clickhouse.rows_of(plain) == []


def test_there_are_four_dashboards_and_their_data_sources_are_provisioned() -> None:
    assert set(BOARDS) == {"ingestion", "api", "databases", "players"}
    sources = yaml.safe_load((DEPLOY / "grafana/provisioning/datasources/statline.yml").read_text())[
        "datasources"
    ]
    uids = {source["uid"]: source["type"] for source in sources}
    for board in BOARDS.values():
        assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"]) >= 8
        for panel in board["panels"]:
            for target in panel["targets"]:
                assert uids[target["datasource"]["uid"]] == target["datasource"]["type"]


def test_alerts_carry_the_thresholds_of_the_specification() -> None:
    rules = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text())["groups"][0]["rules"]
    by_name = {rule["alert"]: rule for rule in rules}
    for name, threshold, cleared in (
        ("PeakCapacity", "> 1000", "> 800"), ("DatabaseSlow", "> 100", "> 80"), ("MemoryHigh", "> 0.80", "> 0.64"),
    ):  # fmt: skip
        assert threshold in by_name[name]["expr"]
        assert cleared in by_name[name]["expr"]
        assert by_name[name]["keep_firing_for"] == "30s"
    assert "> 0.01" in by_name["ErrorRateHigh"]["expr"]
    assert ">= 100" in by_name["ErrorRateHigh"]["expr"]


def test_prometheus_asks_ports_that_are_served() -> None:
    config = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text())
    targets = {
        target
        for job in config["scrape_configs"]
        for entry in job["static_configs"]
        for target in entry["targets"]
    }
    assert targets == {"statline:8080", "clickhouse:9363"}
    assert "<port>9363</port>" in (DEPLOY / "clickhouse" / "config.xml").read_text()


def test_grafanas_user_may_read_our_database_only(tmp_path: Path) -> None:
    """Loaded by the real access control, as the server's."""
    users = (
        (DEPLOY / "clickhouse" / "users.xml")
        .read_text()
        .replace(
            "<users>",
            "<quotas><default/></quotas><users><default><no_password/><grants><query>GRANT ALL ON *.*</query></grants></default>",
        )
        .replace("<profiles>", "<profiles><default/>")
    )
    # The embedded engine does not read the server setting that constraints of this kind need (deploy/clickhouse/config.xml).
    users = re.sub(r"<constraints>.*?</constraints>", "", users, flags=re.DOTALL)
    (tmp_path / "users.xml").write_text(users)
    (tmp_path / "config.xml").write_text(
        f"<clickhouse><users_config>{tmp_path}/users.xml</users_config></clickhouse>"
    )
    asked = subprocess.run(
        [sys.executable, "-c", ASK_FOR_GRAFANA, str(tmp_path)],
        env={**os.environ, "GRAFANA_READ_PASSWORD": "secret"}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    grants, settings = asked.stdout.split("--\n")
    assert grants == "SELECT\tstatline\t\\N\n"
    assert "readonly\t1\n" in settings
    assert "max_execution_time\t30\n" in settings


def test_the_cluster_has_two_shards_of_two_replicas_whose_names_are_services() -> None:
    config = ET.parse(DEPLOY / "cluster" / "cluster.xml").getroot()
    shards = config.findall("./remote_servers/main/shard")
    hosts = [[host.text for host in shard.findall("./replica/host")] for shard in shards]
    assert hosts == [["node-1a", "node-1b"], ["node-2a", "node-2b"]]
    for shard, names in enumerate(hosts, start=1):
        for name in names:
            assert name
            assert CLUSTER[name]["environment"]["SHARD"] == str(shard)
            assert CLUSTER[name]["environment"]["REPLICA"] == name[-1]
    keepers = [host.text for host in config.findall("./zookeeper/node/host")]
    raft = ET.parse(DEPLOY / "cluster" / "keeper.xml").getroot()
    assert (
        keepers
        == [name.text for name in raft.findall(".//server/hostname")]
        == ["keeper-1", "keeper-2", "keeper-3"]
    )
    assert set(keepers) <= set(CLUSTER)


def test_the_image_copies_every_package() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        packages = tomllib.load(file)["tool"]["importlinter"]["root_packages"]
    copied = re.findall(r"^COPY (\w+) (\w+)$", DOCKERFILE, re.MULTILINE)
    assert copied == [(package, package) for package in packages]


def test_the_image_installs_versions_of_the_lock_file() -> None:
    pins = re.compile(r"^([a-z0-9.-]+==\S+)", re.MULTILINE)
    image = set(pins.findall((ROOT / "deploy" / "runtime.lock").read_text()))
    assert image
    assert image <= set(pins.findall((ROOT / "requirements.lock").read_text()))
