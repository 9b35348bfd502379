"""Settings: later sources win, and what nobody declared or cannot be is refused by name and source."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from statline.redaction import HIDDEN
from statline.settings import SettingsError, declared, load, shown, without_password


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(text: str, name: str = "statline.toml") -> Path:
    path = Path(name)
    path.write_text(text)
    return path


def test_without_any_source_every_setting_is_its_default() -> None:
    settings = load({}, {})
    for each in declared():
        assert getattr(getattr(settings, each.section), each.name) == each.default
        assert settings.sources[each.key] == "default"


def test_every_default_is_a_value_that_would_be_accepted() -> None:
    for each in declared():
        text = ",".join(each.default) if isinstance(each.default, tuple) else str(each.default)
        settings = load({}, {each.variable: text})
        assert getattr(getattr(settings, each.section), each.name) == each.default, each.key


def test_later_sources_win_and_are_remembered() -> None:
    write("[statline]\nport = 1001\nhost = '10.0.0.1'\nlog_level = 'debug'\n")
    settings = load({"statline.port": 1003}, {"STATLINE_PORT": "1002", "STATLINE_HOST": "10.0.0.2"})
    assert (settings.statline.port, settings.statline.host, settings.statline.log_level) == (
        1003,
        "10.0.0.2",
        "debug",
    )
    assert settings.sources["statline.port"] == "option --port"
    assert settings.sources["statline.host"] == "environment STATLINE_HOST"
    assert settings.sources["statline.log_level"] == "file statline.toml"


def test_an_option_that_was_not_given_changes_nothing() -> None:
    assert load({"statline.port": None}, {"STATLINE_PORT": "1002"}).statline.port == 1002


def test_sections_of_the_folders_are_set_by_environment() -> None:
    settings = load(
        {}, {"STATLINE_INGEST_BATCH_ROWS_MAX": "77", "STATLINE_WEB_CORS_ORIGINS": "http://a, http://b"}
    )
    assert settings.ingest.batch_rows_max == 77
    assert settings.web.cors_origins == ("http://a", "http://b")


def test_the_configuration_file_can_be_named() -> None:
    path = write("[statline]\nport = 1001\n", "other.toml")
    assert load({}, {}, config=path).statline.port == 1001
    assert load({}, {"STATLINE_CONFIG": str(path)}).statline.port == 1001
    assert load({}, {}).statline.port == 8080


def test_a_named_configuration_file_must_exist() -> None:
    with pytest.raises(SettingsError, match=r"nowhere\.toml does not exist"):
        load({}, {}, config=Path("nowhere.toml"))


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("STATLINE_PRT", "1", "unknown setting STATLINE_PRT in the environment (did you mean STATLINE_PORT?)"),
        ("STATLINE_INGEST_NOTHING_LIKE_IT", "1", "unknown setting STATLINE_INGEST_NOTHING_LIKE_IT in the environment"),
        ("STATLINE_PORT", "many", "statline.port must be a whole number, not 'many' (environment STATLINE_PORT)"),
        ("STATLINE_PORT", "8.5", "statline.port must be a whole number, not '8.5'"),
        ("STATLINE_PORT", "", "statline.port must be a whole number, not ''"),
        ("STATLINE_PORT", "-1", "statline.port must be at least 0, not -1 (environment STATLINE_PORT)"),
        ("STATLINE_PORT", "65536", "statline.port must be at most 65535, not 65536"),
        ("STATLINE_LOG_FORMAT", "xml", "statline.log_format must be one of console, json, not 'xml'"),
        ("STATLINE_INGEST_HOLD_S", "nan", "ingest.hold_s must be a number, not 'nan'"),
        ("STATLINE_INGEST_HOLD_S", "inf", "ingest.hold_s must be a number, not 'inf'"),
    ],
)  # fmt: skip
def test_a_wrong_variable_is_refused_by_name(variable: str, value: str, message: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load({}, {variable: value})
    assert str(refused.value).startswith(message)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "[statline]\nprt = 1",
            "unknown setting statline.prt in statline.toml (did you mean statline.port?)",
        ),
        ("[ingst]\nhold_s = 1", "unknown section [ingst] in statline.toml (did you mean ingest?)"),
        ("port = 1", "unknown section [port] in statline.toml"),
        ("ingest = 1", "ingest in statline.toml must be a section"),
        ("[statline]\nport = '80'\nhost = 1", "statline.host must be text, not 1 (file statline.toml)"),
        ("[statline]\nport = true", "statline.port must be a whole number, not True (file statline.toml)"),
        ("[web]\ncors_origins = [1]", "web.cors_origins must be a list of texts"),
        ("[statline", "cannot read statline.toml"),
    ],
)
def test_a_wrong_file_is_refused_by_name(text: str, message: str) -> None:
    write(text)
    with pytest.raises(SettingsError) as refused:
        load({}, {})
    assert str(refused.value).startswith(message)


def test_variables_of_tests_are_nobodys_settings() -> None:
    assert load({}, {"STATLINE_TEST_CLICKHOUSE_URL": "http://x"}).statline.port == 8080


def test_a_refused_secret_is_not_repeated() -> None:
    write("[postgres]\nurl = ['postgresql://u:hunter2@h/d']")
    with pytest.raises(SettingsError) as refused:
        load({}, {})
    assert "hunter2" not in str(refused.value)
    assert "postgres.url" in str(refused.value)


def test_shown_values_hide_secrets_and_keep_the_rest_of_an_address() -> None:
    by_key = {each.key: each for each in declared()}
    url = by_key["postgres.url"]
    assert shown(url, "postgresql://u:hunter2@h:5432/d") == f"postgresql://u:{HIDDEN}@h:5432/d"
    assert shown(url, "host=h password=hunter2") == HIDDEN
    assert shown(url, "") == ""
    assert shown(by_key["statline.port"], 8080) == "8080"
    assert shown(by_key["web.cors_origins"], ("a", "b")) == "a,b"


@pytest.mark.parametrize(
    ("url", "bare"),
    [
        ("http://u:p@h:1/", f"http://u:{HIDDEN}@h:1/"),
        ("redis://:p@h", f"redis://:{HIDDEN}@h"),
        ("http://u:p@ss@h:1/", f"http://u:{HIDDEN}@h:1/"),
        ("http://h:1/a@b", "http://h:1/a@b"),
        ("unix:///x", "unix:///x"),
    ],
)
def test_the_password_of_an_address_is_hidden(url: str, bare: str) -> None:
    assert without_password(url) == bare


def test_no_two_settings_share_a_variable() -> None:
    variables = [each.variable for each in declared()]
    assert len(variables) == len(set(variables))
    assert "STATLINE_CONFIG" not in variables


def test_every_setting_says_what_it_means() -> None:
    for each in declared():
        assert len(each.help) > 10, each.key


def test_settings_cannot_be_changed() -> None:
    settings = load({}, {})
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.statline.port = 1  # type: ignore[misc]
