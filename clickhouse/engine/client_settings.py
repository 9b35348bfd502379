"""What of a client's settings reaches an analyst's statement.

With `readonly = 1` ClickHouse refuses every setting, and every driver sends some: Grafana's sends `max_execution_time`, DBeaver's
`max_result_rows` and `output_format_binary_write_json_as_string`, … . So those that only change the form of an answer are set
for it, limits are set to the smaller of theirs and ours, and all others are dropped without a word.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from clickhouse.engine.analysts import Analyst
from clickhouse.engine.config import ANALYST
from clickhouse.engine.faults import EngineFault
from clickhouse.engine.statement import Request

FORM: Final = frozenset(
    {
        *(
            "extremes",
            "join_use_nulls",
            "session_timezone",
            "date_time_output_format",
            "bool_true_representation",
        ),
        *("bool_false_representation", "allow_experimental_analyzer", "union_default_mode", "max_block_size"),
        *("output_format_binary_write_json_as_string", "output_format_json_quote_64bit_integers"),
        *("output_format_json_quote_denormals", "output_format_json_named_tuples_as_objects"),
        *("output_format_native_write_json_as_string", "output_format_native_encode_types_in_binary_format"),
        *("output_format_binary_encode_types_in_binary_format", "output_format_csv_crlf_end_of_line"),
        *("output_format_arrow_string_as_string", "output_format_arrow_compression_method"),
        *("output_format_parquet_compression_method", "output_format_parquet_string_as_string"),
        *(
            "low_cardinality_allow_in_native_format",
            "format_csv_delimiter",
            "output_format_decimal_trailing_zeros",
        ),
    }
)
"""None of them names a file (as `format_schema` and the templates do), costs much, or changes what is read."""

SPILL_BYTES_MAX: Final = 1 << 30
"""Disk that one statement may use for sorting and grouping."""


def as_analyst(request: Request, analyst: Analyst, database: str, threads_max: int) -> Request:
    """The request as it is run for him. Raises EngineFault for a database that is not ours."""
    if request.database not in ("", "default", database):
        text = f"Not enough privileges: analysts may use the database {database} only"
        raise EngineFault(497, "ACCESS_DENIED", text)
    return replace(
        request,
        database=database,
        settings=_settings(request.settings, analyst, threads_max),
        readonly=1,
        role=ANALYST,
        session_id="",
    )


def _settings(wanted: Mapping[str, str], analyst: Analyst, threads_max: int) -> dict[str, str]:
    form = {name: value for name, value in wanted.items() if name in FORM}
    rows = _smaller(wanted.get("max_result_rows"), analyst.result_rows_max)
    # "break" cuts an answer short in silence: only at a number of rows that the client itself asked for.
    cuts = wanted.get("result_overflow_mode") == "break" and rows < analyst.result_rows_max
    return {
        **form,
        "max_execution_time": f"{_smaller(wanted.get('max_execution_time'), analyst.query_time_max_s):g}",
        "timeout_overflow_mode": "throw",
        "max_memory_usage": f"{_smaller(wanted.get('max_memory_usage'), analyst.query_memory_max_bytes):.0f}",
        "max_result_rows": f"{rows:.0f}",
        "result_overflow_mode": "break" if cuts else "throw",
        "max_result_bytes": str(analyst.query_memory_max_bytes),
        "max_threads": f"{_smaller(wanted.get('max_threads'), threads_max):.0f}",
        "max_temporary_data_on_disk_size_for_query": str(SPILL_BYTES_MAX),
    }


def _smaller(wanted: str | None, limit: float) -> float:
    """0 means without limit to ClickHouse, so it means ours."""
    try:
        value = float(wanted or 0)
    except ValueError:
        return limit
    return min(value, limit) if value > 0 else limit
