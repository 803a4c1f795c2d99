"""How often a worker does what, and how patient it is: all times in seconds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSettings:
    """The times of a worker; all workers of a fleet should have the same."""

    media_jobs: int = 8
    """How many tasks' files may be fetched at once."""
    beat_seconds: float = 5.0
    """Between two signs of life."""
    lost_seconds: float = 10.0
    """How long a sign of life waits for the database before it is told that it is away."""
    dead_seconds: float = 60.0
    """Without a sign of life, after which a worker is taken for dead; by the database's clock."""
    janitor_seconds: float = 10.0
    """Between two looks at what dead workers have left."""
    engine_seconds: float = 5.0
    """Between two looks into the queue, should the database not have told of a job."""
    poll_seconds: float = 2.0
    """Between two looks at which tasks are due."""
    poll_batch: int = 500
    """How many tasks are taken, or written down, at once."""
    poll_questions: int = 64
    """How many questions may be under way at once."""
    poll_lease_seconds: float = 180.0
    """How long a task that was taken is left to the worker that took it."""
    write_seconds: float = 1.0
    """How long an answer waits for others, to be written down together."""
    key_seconds: float = 60.0
    """Between two questions while the API refuses the key."""
    grace_seconds: float = 7.0
    """How long the end waits for create calls under way; what has no answer then is in doubt."""
    media_grace_seconds: float = 4.0
    """How long the end waits for files under way; those that are not there then are fetched by others."""
    end_seconds: float = 8.0
    """How long the end may take while tasks are being created; what is not done then is cut off."""
    idle_end_seconds: float = 5.0
    """The same while none is: a database that is away may keep the rest from ending."""
    goodbye_seconds: float = 0.5
    """How long the end waits for a database that does not take it."""
    fetch_tries: int = 60
    """How often a task's files are tried to be fetched: with the waits in between for more than a day."""
    first_retry_seconds: float = 5.0
    most_retry_seconds: float = 1800.0
    first_reconnect_seconds: float = 0.2
    most_reconnect_seconds: float = 10.0

    def retry_seconds(self, tries: int) -> float:
        """Choose how long to wait after so many tries, at least 1: twice as long each time, up to a limit."""
        return min(self.first_retry_seconds * 2.0 ** min(tries - 1, 30), self.most_retry_seconds)

    def reconnect_seconds(self, tries: int) -> float:
        """The same for a database that does not answer."""
        return min(self.first_reconnect_seconds * 2.0 ** min(tries - 1, 30), self.most_reconnect_seconds)


DEFAULT_WORKER_SETTINGS = WorkerSettings()
DEAD = timedelta(seconds=DEFAULT_WORKER_SETTINGS.dead_seconds)
"""The same for those who are no worker and look at workers."""
