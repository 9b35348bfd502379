from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from ingest.disk import RealDisk
from ingest.spool import next_identity, settle
from tests.statline.node import Eventually, environment

NOWHERE = "127.0.0.1:1"


async def test_a_web_role_that_waits_for_its_name_can_be_told_to_stop(
    tmp_path: Path, eventually: Eventually
) -> None:
    spool = tmp_path / "var" / "spool" / "web"
    spool.mkdir(parents=True)
    # As if copied from another place, and Postgres cannot say who else uses the name.
    next_identity(RealDisk(), spool)
    settle(RealDisk(), spool, "elsewhere")
    log = tmp_path / "log"
    with log.open("wb") as out:
        web = subprocess.Popen(
            [sys.executable, "-m", "statline", "web", "--data-dir", "var", "--port", "0", "--log-format", "json"],
            stdout=out, stderr=out, cwd=tmp_path,
            env=environment(
                STATLINE_POSTGRES_URL=f"postgres://nobody:x@{NOWHERE}/none",
                STATLINE_CLICKHOUSE_URL=f"http://nobody:x@{NOWHERE}",
                STATLINE_REDIS_URL=f"redis://{NOWHERE}",
            ),
        )  # fmt: skip
    try:
        await eventually(
            lambda: "node_name_is_checked" in log.read_text() or web.poll() is not None, within_s=60
        )
        assert web.poll() is None, log.read_text()
        web.send_signal(signal.SIGTERM)
        await eventually(lambda: web.poll() is not None, within_s=60)
        assert web.returncode == 0, log.read_text()
    finally:
        web.kill()
        web.wait()
