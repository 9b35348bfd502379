"""The embedded engine's configuration file: how its tables keep what they hold, and what its one user may do.

chdb knows a single user, but takes his rights from a file and lets a connection choose among his roles. So the user has no
rights of his own: the roles `owner` (everything) and `analyst` (reading one database) have them, and the connection of an
analyst's request gives up the first. Measured cost: none that can be seen.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from clickhouse.engine.credentials import write_private

ANALYST: Final = "analyst"
OWNER: Final = "owner"

PACKED_BYTES_MAX: Final = 32 << 20
"""A part below this size, before compression, is one file instead of fourteen. An insert with its views makes a dozen small
parts that are merged and deleted within seconds, and creating their files was a quarter of its CPU time (ext4 looks
through every inode deleted in the last minutes before it takes a free one)."""

SYNCED: Final = {"fsync_after_insert": 1, "fsync_part_directory": 1, "min_rows_to_fsync_after_merge": 1}
"""The spool forgets a segment once it is inserted, and a merge removes the parts it merged: without these ClickHouse leaves both
to the page cache, and a power cut would take what was accepted (docs/decisions/0012)."""

_CONFIG: Final = """<clickhouse>
  <users_config>{users}</users_config>
  <merge_tree>
{tables}
  </merge_tree>
</clickhouse>
"""
_USERS: Final = """<clickhouse>
  <!-- Written by `statline engine` at each start. -->
  <profiles><default/></profiles>
  <quotas><default/></quotas>
  <roles>
    <{owner}><grants><query>GRANT ALL ON *.*</query></grants></{owner}>
    <{analyst}><grants><query>GRANT SELECT ON {database}.*</query></grants></{analyst}>
  </roles>
  <users>
    <default>
      <no_password/>
      <networks><ip>::1</ip><ip>127.0.0.1</ip></networks>
      <profile>default</profile>
      <quota>default</quota>
      <grants><query>GRANT {owner}</query><query>GRANT {analyst}</query></grants>
    </default>
  </users>
</clickhouse>
"""


def write_config(folder: Path, database: str, *, durable: bool) -> Path:
    """Write the rights and the defaults of tables into the engine's folder; the path of the configuration file.

    chdb reads `users_config` only from a configuration file (else it looks for one in the working folder), and the defaults
    of tables too.
    """
    name = escape("`" + database.replace("\\", "\\\\").replace("`", "\\`") + "`")
    users = folder / "users.xml"
    write_private(users, _USERS.format(owner=OWNER, analyst=ANALYST, database=name))
    config = folder / "config.xml"
    where = escape(str(users.resolve()))
    settings = {"min_bytes_for_full_part_storage": PACKED_BYTES_MAX} | (SYNCED if durable else {})
    tables = "\n".join(f"    <{setting}>{value}</{setting}>" for setting, value in settings.items())
    write_private(config, _CONFIG.format(users=where, tables=tables))
    return config.resolve()
