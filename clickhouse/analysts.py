"""Analysts on a ClickHouse server of its own: its SQL-driven access control instead of the embedded engine's door.

The role, profile and quota are made by `statline migrate` as far as the server lets us (`access_management`); who may not is told
what to run by hand. Every statement can be repeated. Profile and quota are those of docs/analysts.md.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Final

from clickhouse.client import ClickHouse
from clickhouse.ddl import on_cluster
from clickhouse.errors import ClickHouseError
from clickhouse.migrate import quoted_name
from clickhouse.settings import ClickHouseSettings

ROLE: Final = "statline_analyst"
# Settings that drivers send with each query and that are harmless stay changeable: readonly = 1 would refuse the query.
_CHANGEABLE: Final = (
    *("extremes", "join_use_nulls", "session_timezone", "output_format_binary_write_json_as_string"),
    *("result_overflow_mode", "max_block_size", "output_format_json_quote_64bit_integers"),
    *("cancel_http_readonly_queries_on_client_close", "date_time_output_format"),
)
ACCESS_DENIED: Final = 497
NO_STORAGE: Final = 514
"""No writable access storage: the server's users stand in its files only."""


def shared_statements(settings: ClickHouseSettings) -> list[str]:
    """Role, profile and quota of all analysts."""
    on = on_cluster(settings)
    changeable = ", ".join(f"{name} CHANGEABLE_IN_READONLY" for name in _CHANGEABLE)
    rows = settings.query_rows_max
    profile = (
        f"CREATE SETTINGS PROFILE IF NOT EXISTS {ROLE}{on} SETTINGS readonly = 1, "
        "max_execution_time = 30 MIN 0.001 MAX 30 CHANGEABLE_IN_READONLY, "
        f"max_result_rows = {rows} MIN 1 MAX {rows} CHANGEABLE_IN_READONLY, "
        f"max_memory_usage = {512 << 20}, max_concurrent_queries_for_user = 4, "
        f"max_temporary_data_on_disk_size_for_query = {1 << 30}, {changeable}"
    )
    return [
        f"CREATE ROLE IF NOT EXISTS {ROLE}{on}",
        f"GRANT{on} SELECT ON {quoted_name(settings.database)}.* TO {ROLE}",
        profile,
        (
            f"CREATE QUOTA IF NOT EXISTS {ROLE}{on} KEYED BY user_name "
            f"FOR INTERVAL 1 hour MAX queries = 10000, execution_time = 1800 TO {ROLE}"
        ),
    ]


def user_statements(settings: ClickHouseSettings, name: str, password: str) -> list[str]:
    """The user. The server gets a salted hash: a random password of 144 bits needs no slower one."""
    on = on_cluster(settings)
    salt = secrets.token_hex(16)
    digest = hashlib.sha256((password + salt).encode()).hexdigest().upper()
    user = quoted_name(name)
    return [
        (
            f"CREATE USER IF NOT EXISTS {user}{on} IDENTIFIED WITH sha256_hash BY '{digest}' SALT '{salt}' "
            f"DEFAULT DATABASE {quoted_name(settings.database)} SETTINGS PROFILE '{ROLE}'"
        ),
        f"GRANT{on} {ROLE} TO {user}",
    ]


def drop_statement(settings: ClickHouseSettings, name: str) -> str:
    """No such user any more."""
    return f"DROP USER IF EXISTS {quoted_name(name)}{on_cluster(settings)}"


async def run_or_tell(store: ClickHouse, statements: list[str]) -> str:
    """Run them; what to run by hand when the server does not let us, "" when it did. Raises ClickHouseError for all else."""
    try:
        for statement in statements:
            await store.command(statement)
    except ClickHouseError as error:
        if error.code not in (ACCESS_DENIED, NO_STORAGE):
            raise
        todo = ";\n".join(statements)
        return f"ClickHouse does not let this user manage access; run as one who may:\n{todo};"
    return ""
