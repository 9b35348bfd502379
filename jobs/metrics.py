"""What background work counts. `job` and `step` are names of the composition root: bounded."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

RUN_SECONDS: Final = Histogram(
    "statline_jobs_run_seconds",
    "Time of one run of a job, failed ones included",
    ["job"],
    buckets=(0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 1800),
)
FAILURES: Final = Counter("statline_jobs_failures_total", "Runs of a job that failed", ["job"])
SETTLED: Final = Counter("statline_jobs_matches_settled_total", "Matches settled, repetitions included")
STEP_FAILURES: Final = Counter(
    "statline_jobs_settle_step_failures_total", "Matches left unsettled because a step failed", ["step"]
)
DUE: Final = Gauge(
    "statline_jobs_matches_due_count",
    "Matches found waiting to be settled by the last look",
    multiprocess_mode="max",
)
