"""The image and the compose file, as far as they can be checked without running them."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from statline.settings import declared, load

ROOT = Path(__file__).parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
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


def test_every_address_names_a_service() -> None:
    hosts = {re.sub(r".*@|.*//", "", value).split(":")[0] for value in compose_environment().values()}
    assert hosts == set(SERVICES) - {"statline"}
    assert set(SERVICES["statline"]["depends_on"]) == hosts


def test_every_store_has_a_fixed_version_a_health_check_and_what_it_must_not_lose_on_a_volume() -> None:
    for name in set(SERVICES) - {"statline"}:
        assert re.search(r":\d", SERVICES[name]["image"]), name
        assert SERVICES[name]["healthcheck"]["test"], name
    mounted = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}
    assert mounted == set(COMPOSE["volumes"]) == {"statline", "clickhouse", "postgres"}


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
