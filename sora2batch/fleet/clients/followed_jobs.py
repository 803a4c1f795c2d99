"""Jobs that somebody waits for: rows as they change become the events that a run of one's own would tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import assert_never

from sora2batch.fleet.clients.batch_moment import AttemptNow
from sora2batch.ground.job import Fingerprint, Job
from sora2batch.lockfile.entry import State
from sora2batch.run.event import (
    Deferred,
    Event,
    Failed,
    Generated,
    InDoubt,
    Rejected,
    Submitted,
    TimedOut,
)

_BEFORE_TASK = frozenset({"reserved", "sending"})
_UNNAMED = {State.IN_DOUBT: "the answer to its create call was lost"}
"""Why something ended, where the row gives no reason."""


@dataclass(slots=True)
class _Followed:
    """One job."""

    job: Job
    after: int
    """The number of the last attempt that is of no interest any more."""
    was_submitted: bool
    """Whether it is known, or told, that it has a task."""
    attempts: dict[int, AttemptNow] = field(default_factory=dict)
    ended: tuple[int, str] | None = None
    """The attempt and the state whose end was told."""
    is_given_up: bool = False

    @property
    def is_open(self) -> bool:
        """Whether something of it is to come still."""
        return any(_is_open(one) for one in self.attempts.values())

    @property
    def current(self) -> AttemptNow:
        """The attempt that counts."""
        return max(self.attempts.values(), key=lambda one: (one.number, one.trial, one.id))


class FollowedJobs:
    """Those of one client."""

    def __init__(self) -> None:
        self._jobs: dict[Fingerprint, _Followed] = {}

    def add(self, job: Job, *, after: int = 0, is_open: bool = False) -> None:
        """Follow a job from now on.

        Args:
            job: which.
            after: the number of the last attempt that is of no interest: an earlier failure.
            is_open: whether its task is known already.
        """
        self._jobs.setdefault(job.fingerprint, _Followed(job, after, is_open))

    @property
    def is_any_open(self) -> bool:
        """Whether something of any of them is to come still."""
        return any(one.is_open for one in self._jobs.values())

    @property
    def awaited_files(self) -> int:
        """How many tasks have ended whose files are to come to the store still."""
        attempts = (attempt for one in self._jobs.values() for attempt in one.attempts.values())
        return sum(one.state == State.COMPLETED and one.media == "todo" for one in attempts)

    @property
    def late_file(self) -> tuple[str, str] | None:
        """A job whose files could not be brought to the store so far, and why; None if there is none."""
        for one in self._jobs.values():
            for attempt in one.attempts.values():
                if attempt.state == State.COMPLETED and attempt.media == "todo" and attempt.media_error:
                    return one.job.key, attempt.media_error
        return None

    def take(self, attempts: Iterable[AttemptNow]) -> Iterator[Event]:
        """Take rows as they are at one moment; tell what is new of each job, by the attempt that counts."""
        touched: dict[Fingerprint, _Followed] = {}
        for attempt in attempts:
            followed = self._jobs.get(attempt.fingerprint)
            if followed and attempt.number > followed.after:
                followed.attempts[attempt.id] = attempt
                touched[attempt.fingerprint] = followed
        for followed in touched.values():
            yield from _news(followed, followed.current)


def _is_open(attempt: AttemptNow) -> bool:
    return attempt.state in _BEFORE_TASK or (attempt.state == State.SUBMITTED and not attempt.is_overdue)


def _news(followed: _Followed, now: AttemptNow) -> Iterator[Event]:
    if now.state in _BEFORE_TASK:
        return
    if now.task_id and not followed.was_submitted:
        followed.was_submitted = True
        yield Submitted(job=followed.job, task_id=now.task_id)
    state = State(now.state)
    if state is State.SUBMITTED:
        if now.is_overdue and not followed.is_given_up:
            followed.is_given_up = True
            yield TimedOut(job=followed.job, task_id=now.task_id or "")
    elif followed.ended != (now.id, now.state):
        followed.ended = (now.id, now.state)
        yield _end(followed.job, state, now.message or _UNNAMED.get(state, "no reason given"))


def _end(job: Job, state: State, message: str) -> Event:
    match state:
        case State.COMPLETED:
            return Generated(job=job)
        case State.FAILED:
            return Failed(job=job, message=message)
        case State.REJECTED:
            return Rejected(job=job, message=message)
        case State.IN_DOUBT:
            return InDoubt(job=job, message=message)
        case State.WITHDRAWN:
            return Deferred(
                job=job, message="not submitted: its reservation was withdrawn; nothing was charged"
            )
        case State.SUBMITTED:
            raise AssertionError("a task that is open has not ended")
        case _:
            assert_never(state)
