"""Every query file has a header that tells the truth, a caller, and parses on the real engine."""

from __future__ import annotations

import re

import pytest

from clickhouse.client import QUERIES, ClickHouse, asked_text, query_text

ROOT = QUERIES.parent.parent
OPTIONAL = re.compile(r"/\* if (\w+)")
FILES = sorted(path.stem for path in QUERIES.glob("*.sql"))
CALLERS = [
    path
    for folder in ("clickhouse", "query", "ingest", "jobs", "live", "statline", "web")
    for path in (ROOT / folder).rglob("*.py")
]
EXAMPLES = {
    "String": "x", "UInt8": 0, "UInt32": 1, "UInt64": 0, "Int32": 50, "Int64": 0, "Float64": 0.0, "Identifier": "kills", "Array(String)": ["x"],
    "Date": "2026-11-20", "DateTime('UTC')": "2026-11-20 10:00:00", "DateTime64(3, 'UTC')": "2026-11-20 10:00:00.000",
    "UUID": "76e0069f-d5ae-30f0-b56a-e55c35144934", "Array(UInt32)": [1], "Array(UInt8)": [1], "Array(Int64)": [1],
    "Array(UUID)": ["76e0069f-d5ae-30f0-b56a-e55c35144934"],
}  # fmt: skip
OTHERWISE: dict[str, dict[str, object]] = {
    "board_ranking_matches": {"stat": "wins", "sample": "games"},
    "board_ranking_combos": {"stat": "clutch", "sample": "games"},
    "breakdown_players": {"dimension": "map_name", "metric": "kdr"},
    "breakdown_weapons": {"dimension": "weapon", "metric": "kdr"},
    "heatmap": {"table": "heatmap_cells"},
    **{query: {"table": "team_weapon_days"} for query in ("map_arms", "map_weapons", "team_totals")},
    "breakdown_events": {"dimension": "hitloc", "metric": "kdr"},
}


def parameters_of(text: str) -> dict[str, str]:
    return dict(re.findall(r"\{(\w+):([^}]+)\}", text))


def texts_of(name: str) -> list[str]:
    """The whole text and the one without what need not be asked, twice when a parameter chooses the source."""
    sources = ("days", "hours")
    whole = [query_text(name, source) for source in sources]
    return list(dict.fromkeys(whole + [bare(name, source) for source in sources]))


def bare(name: str, source: str = "days") -> str:
    """The text without any line that need not be asked."""
    return asked_text(
        name, {"source": source, **dict.fromkeys(OPTIONAL.findall(query_text(name, source)), "")}
    )


@pytest.mark.parametrize("name", FILES)
async def test_query_parses_on_the_engine(clickhouse: ClickHouse, name: str) -> None:
    for text in texts_of(name):
        wanted = {parameter: EXAMPLES[kind] for parameter, kind in parameters_of(text).items()}
        wanted |= OTHERWISE.get(name, {})
        wanted |= {"timezone": "Europe/Berlin"} if "timezone" in wanted else {}
        assert await clickhouse.rows_of(f"EXPLAIN {text}", wanted)


@pytest.mark.parametrize("name", FILES)
def test_query_has_a_caller(name: str) -> None:
    called = f'"{name}"'
    assert any(called in path.read_text("utf-8") for path in CALLERS)


def test_every_shared_part_is_included_somewhere() -> None:
    whole = "".join(path.read_text("utf-8") for path in QUERIES.rglob("*.sql"))
    for path in (QUERIES / "shared").glob("*.sql"):
        included = re.sub("^(counted|fought|played)_.*", r"\1_{source}.sql", path.name)
        assert f"/* include shared/{included} */" in whole


@pytest.mark.parametrize("name", FILES)
def test_header_names_question_parameters_and_tables(name: str) -> None:
    body = "\n".join(texts_of(name))
    comment = "\n".join(line for line in body.splitlines() if line.startswith("--"))
    assert "-- Question: " in comment
    assert "-- Parameters: " in comment
    reads = re.search(r"-- Reads: (.+)", comment)
    assert reads
    tables = set(re.findall(r"\b(?:FROM|JOIN)\s+([a-z_]+)", body))
    if chosen := re.search(r"\btable \((.+?)\)", comment):  # which of several is read, the caller says
        tables |= set(re.findall(r"[a-z_]+", chosen[1]))
    assert set(reads[1].replace(" ", "").split(",")) - {"system"} == tables & tables_in_migrations()
    for parameter in parameters_of(body):  # those of an included part stand in its own header
        assert re.search(rf"\b{parameter}\b", comment), parameter


@pytest.mark.parametrize("name", FILES)
def test_a_line_is_left_out_for_a_parameter_that_the_header_names(name: str) -> None:
    text = query_text(name)
    header = "\n".join(line for line in text.splitlines() if line.startswith("--"))
    for parameter in OPTIONAL.findall(text):
        assert re.search(rf"\b{parameter}\b", header), parameter
    assert "/*" not in bare(name)


@pytest.mark.parametrize("name", FILES)
def test_what_is_sent_has_no_comments_and_no_semicolon(name: str) -> None:
    """The driver reads a text that has a `;` sign by sign."""
    text = query_text(name)
    sent = asked_text(name, dict.fromkeys([*parameters_of(text), *OPTIONAL.findall(text)], 1))
    assert ";" not in sent
    assert "--" not in sent


def tables_in_migrations() -> set[str]:
    return {
        name
        for path in (QUERIES.parent / "migrations").glob("*.sql")
        for name in re.findall(r"^CREATE TABLE (\w+)", path.read_text("utf-8"), re.MULTILINE)
    }
