"""The jobs to submit, in their order; more may come while others are worked on."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from sora2batch.ground.job import Job


class JobQueue:
    """A queue that knows whether any job of it is being worked on."""

    def __init__(
        self, jobs: Iterable[Job], *, is_open: bool = False, on_idle: Callable[[], None] = lambda: None
    ) -> None:
        """Line jobs up.

        Args:
            jobs: in the order of submission.
            is_open: whether more may come, until it is closed.
            on_idle: is told each time a job has left and nothing is left to be taken.
        """
        self._jobs = deque(jobs)
        self._is_open = is_open
        self._on_idle = on_idle
        self._taken = 0
        self._changed = asyncio.Event()

    @property
    def waiting(self) -> deque[Job]:
        """The jobs that nobody has taken yet."""
        return self._jobs

    @property
    def is_open(self) -> bool:
        """Whether more are taken in."""
        return self._is_open

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits, and nothing that was taken is still worked on."""
        return not self._jobs and self._taken == 0

    def workers(self, most: int) -> int:
        """Tell how many workers are of use."""
        return most if self._is_open else min(most, len(self._jobs))

    def add(self, job: Job) -> None:
        """Put a job at the end; once no more are taken in it is left for the next run."""
        if self._is_open:
            self._jobs.append(job)
            self._changed.set()

    def close(self) -> None:
        """Say that no more jobs will come."""
        self._is_open = False
        self._changed.set()

    def clear(self) -> None:
        """Give up on those that nobody has taken, and take no more in."""
        self._jobs.clear()
        self.close()

    async def has_more(self) -> bool:
        """Wait for a job to be there; False once none will come."""
        while not self._jobs and self._is_open:
            self._changed.clear()
            await self._changed.wait()
        return bool(self._jobs)

    @contextmanager
    def next(self) -> Iterator[Job]:
        """Take the first job; it counts as worked on within the block."""
        self._taken += 1
        try:
            yield self._jobs.popleft()
        finally:
            self._taken -= 1
            if self.is_idle:
                self._on_idle()
