"""The program with shorter times: others are believed dead after seconds, so that nobody has to wait for it."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module

from sora2batch.app.fleet import fleet_doubts
from sora2batch.cli.main import main as program
from sora2batch.fleet.submission import database_attempts, lane_lease
from sora2batch.fleet.workers.worker_settings import WorkerSettings

DEAD_SECONDS = 3.0
FENCE_SECONDS = 1.0
"""So long after its fence a call may begin."""
SETTLE_SECONDS = 2.0
"""So long nobody may say that it was not made."""
_SHORTER = {
    "beat_seconds": 0.5,
    "dead_seconds": DEAD_SECONDS,
    "janitor_seconds": 0.5,
    "engine_seconds": 0.5,
    "poll_seconds": 0.2,
    "poll_lease_seconds": DEAD_SECONDS,
    "write_seconds": 0.1,
    "first_retry_seconds": 0.5,
    "most_retry_seconds": 2.0,
    "most_reconnect_seconds": 1.0,
}
_LOADED_BEFORE_THE_FORK = (
    "sora2batch.cli.command.run",
    "sora2batch.cli.command.pull",
    "sora2batch.cli.command.fleet",
    "sora2batch.cli.command.worker",
    "sora2batch.app.run",
    "sora2batch.app.pull",
    "sora2batch.app.fleet.run_worker",
    "sora2batch.app.backend.account",
    "sora2batch.app.backend.open_backend",
    "sora2batch.app.execution.launch",
    "sora2batch.app.output.failure_detail",
    "sora2batch.app.output.json_document",
    "sora2batch.cli.show.progress",
    "sora2batch.manifest.load",
    "sora2batch.media.measure",
    "sora2batch.store.make",
    "jsonschema_rs",
)


def main() -> None:
    """Run the program."""
    lane_lease.LEASE_SECONDS = DEAD_SECONDS
    fleet_doubts.SETTLE = timedelta(seconds=SETTLE_SECONDS)
    database_attempts.FENCE_SECONDS = FENCE_SECONDS
    WorkerSettings.__init__.__kwdefaults__.update(_SHORTER)
    program()


for _name in _LOADED_BEFORE_THE_FORK:
    import_module(_name)
