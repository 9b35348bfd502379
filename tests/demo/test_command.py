from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from postgres.pool import Postgres
from postgres.servers import active_keys, token_sha256
from statline.demo.command import main, parse_speed
from statline.demo.registry import demo_tokens
from statline.errors import CommandFailed
from statline.settings import load

SMALL = ["--players", "6", "--bots", "1", "--minutes", "2", "--seed", "7"]


def test_a_written_match_and_its_expected_totals_belong_together(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    match, expected = tmp_path / "match.lines", tmp_path / "expected.json"
    assert main(["--write", str(match), "--expected", str(expected), *SMALL]) == 0
    totals = json.loads(expected.read_text(encoding="utf-8"))
    lines = match.read_bytes().splitlines()
    assert totals["file"] == "match.lines"
    assert totals["lines"] == len(lines) == sum(totals["event_types"].values())
    assert f"wrote {len(lines)} lines" in capsys.readouterr().out


def test_the_same_command_writes_the_same_file(tmp_path: Path) -> None:
    for name in ("one", "two"):
        main(["--write", str(tmp_path / name), *SMALL])
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_a_strangers_file_says_how_many_lines_are_accepted(tmp_path: Path) -> None:
    match, expected = tmp_path / "match.lines", tmp_path / "expected.json"
    main(["--write", str(match), "--expected", str(expected), "--stranger", *SMALL])
    totals = json.loads(expected.read_text(encoding="utf-8"))
    assert totals["lines"] == match.read_bytes().count(b"\n")
    assert 0 < totals["accepted_lines_as_sent"] < totals["lines"]
    assert "players" not in totals
    assert totals["dedup"]["players"]


def test_only_one_match_fits_in_a_file(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed, match="--write writes one match"):
        main(["--write", str(tmp_path / "match.lines"), "--matches", "2"])


def test_more_players_than_slots_are_refused() -> None:
    with pytest.raises(CommandFailed, match="--players: 32"):
        main(["--players", "32"])


@pytest.mark.parametrize(("text", "speed"), [("1", 1.0), ("60", 60.0), ("0.5", 0.5), ("max", math.inf)])
def test_speed_is_a_factor_or_max(text: str, speed: float) -> None:
    assert parse_speed(text) == speed


@pytest.mark.parametrize("text", ["0", "-1", "fast", "nan", ""])
def test_another_speed_is_refused(text: str) -> None:
    with pytest.raises(CommandFailed, match="--speed"):
        parse_speed(text)


def test_nobody_listening_is_one_line(unused_tcp_port: int) -> None:
    with pytest.raises(CommandFailed, match="is `statline serve` running"):
        main(["--url", f"http://127.0.0.1:{unused_tcp_port}", "--token", "t", "--speed", "max", *SMALL])


async def test_servers_are_registered_once_and_get_new_keys(
    postgres: Postgres, postgres_database: str
) -> None:
    settings = load(environment={"STATLINE_POSTGRES_URL": postgres_database})
    first = await demo_tokens(settings, 2)
    second = await demo_tokens(settings, 3)
    keys = {key.token_sha256: key.server_id for key in await active_keys(postgres)}
    assert set(keys) == {token_sha256(token) for token in second}
    assert len(set(keys.values())) == 3
    assert not set(first) & set(second)
