"""A worker that believes others dead after seconds instead of a minute, so that nobody has to wait for it.

It ends with whoever started it: when its standard input does.
"""

from __future__ import annotations

import os
import sys
import threading

from sora2batch.cli.main import main
from sora2batch.fleet.submission import lane_lease
from sora2batch.fleet.workers.worker_settings import WorkerSettings

DEAD_SECONDS = 4.0
_SHORTER = {
    "beat_seconds": 1.0,
    "dead_seconds": DEAD_SECONDS,
    "janitor_seconds": 1.0,
    "engine_seconds": 1.0,
    "poll_seconds": 0.5,
    "poll_lease_seconds": DEAD_SECONDS,
    "write_seconds": 0.2,
}


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(1)


if __name__ == "__main__":
    lane_lease.LEASE_SECONDS = DEAD_SECONDS
    WorkerSettings.__init__.__kwdefaults__.update(_SHORTER)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    sys.argv = ["sora2batch", "worker"]
    main()
