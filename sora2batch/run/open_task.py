"""A task between its creation and its end."""

from __future__ import annotations

from dataclasses import dataclass

from sora2batch.ground.job import Job
from sora2batch.lockfile.entry import Attempt


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTask:
    """A task that was created and has not been seen to finish."""

    job: Job
    attempt: Attempt

    @property
    def task_id(self) -> str:
        """The API's name for it."""
        return self.attempt.task_id or ""
