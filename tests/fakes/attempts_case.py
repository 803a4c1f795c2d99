"""One batch as the port ``AttemptStore`` keeps it: opened, left as a dead process leaves it, opened again."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sora2batch.ground.clock import SystemClock
from sora2batch.ground.job import Credits, Fingerprint, Job, fingerprint_of
from sora2batch.lockfile.content import Lockfile
from sora2batch.lockfile.entry import Attempt, Entry, State
from sora2batch.lockfile.lockfile_store import LockfileStore
from sora2batch.lockfile.state import read_state
from sora2batch.run.attempt_store import AttemptStore
from sora2batch.run.budget_tracker import BudgetTracker
from sora2batch.run.entries import ApiIdentity, next_intent
from sora2batch.run.journal_attempts import JournalAttempts

TOOL = "crash-image-api"
PRICE = 100
NAMES = ("fox", "owl", "cat", "bear")
_MANIFEST = "small.yaml"
_KNOWN_OR_MAYBE = frozenset({State.IN_DOUBT, State.SUBMITTED, State.COMPLETED, State.REJECTED, State.FAILED})


def job_of(name: str, *, price: int = PRICE) -> Job:
    """One job; its prompt is its name."""
    input = {"prompt": name}
    return Job(
        key=f"hero/{name}",
        group="hero",
        labels=(),
        tool_type=TOOL,
        take=1,
        input=input,
        fingerprint=fingerprint_of(TOOL, input, 1),
        credits=Credits(price),
        filename=f"hero/{name}.jpg",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """What is durably written down of a batch's money."""

    charged: int
    in_doubt: int
    reserved: int = 0
    """Where a reservation lives as long as its process, always nothing."""

    @property
    def total(self) -> int:
        return self.charged + self.in_doubt + self.reserved


class AttemptsCase(ABC):
    """A batch of some jobs with a budget."""

    keeps_reservations: bool
    """Whether what was reserved stays so after a release, and without the process that did it."""

    def __init__(self, jobs: Sequence[Job], budget: int) -> None:
        self.jobs = tuple(jobs)
        self.budget = budget

    @abstractmethod
    def opened(self) -> AsyncIterator[AttemptStore]:
        """Open it as a process does that is about to submit; an async context manager."""

    @abstractmethod
    async def reserve(self, store: AttemptStore, job: Job) -> bool:
        """Reserve a job by all steps that this takes."""

    @abstractmethod
    async def enqueue(self, jobs: Sequence[Job]) -> None:
        """Do what comes before a process that submits, where that is another one's work."""

    @abstractmethod
    async def recover(self) -> None:
        """Do what is done about a process that died."""

    @abstractmethod
    async def lockfile(self) -> Lockfile:
        """Read what is durably known, as whoever comes next does."""

    @abstractmethod
    async def sums(self) -> Sums:
        """Read what is durably known of the money."""

    async def to_submit(self) -> list[Job]:
        """Choose the jobs that a run would submit now."""
        known = (await self.lockfile()).entries
        return [
            job
            for job in self.jobs
            if not (entry := known.get(job.fingerprint)) or entry.state not in _KNOWN_OR_MAYBE
        ]

    async def state(self, job: Job) -> State | None:
        """Tell how far a job has come, as it is durably known."""
        entry = (await self.lockfile()).get(job.fingerprint)
        return entry.state if entry else None

    async def doubted(self, job: Job) -> Entry | None:
        """Find a job's attempt in doubt, if there is one, as whoever settles it does."""
        entry = (await self.lockfile()).get(job.fingerprint)
        doubts = [one for one in entry.attempts if one.state is State.IN_DOUBT] if entry else []
        return entry.only(doubts[0]) if entry and doubts else None


class JournalCase(AttemptsCase):
    """A lockfile on disk, with its journal."""

    keeps_reservations = False

    def __init__(self, path: Path, jobs: Sequence[Job], budget: int) -> None:
        super().__init__(jobs, budget)
        self.path = path

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[AttemptStore]:
        async with LockfileStore.open(self.path, manifest=_MANIFEST, clock=SystemClock()) as store:
            known = store.lockfile
            yield JournalAttempts(
                store,
                BudgetTracker(
                    budget=Credits(self.budget), spent=known.spent, in_doubt=known.in_doubt_credits
                ),
            )

    async def reserve(self, store: AttemptStore, job: Job) -> bool:
        return await store.reserve(job)

    async def enqueue(self, jobs: Sequence[Job]) -> None:
        """Whoever submits reserves, too."""

    async def recover(self) -> None:
        """Whoever opens it next folds the journal in; nothing else is done."""
        async with LockfileStore.open(self.path, manifest=_MANIFEST, clock=SystemClock()):
            pass

    async def lockfile(self) -> Lockfile:
        return read_state(self.path, manifest=_MANIFEST)

    async def sums(self) -> Sums:
        known = await self.lockfile()
        return Sums(charged=known.spent - known.in_doubt_credits, in_doubt=known.in_doubt_credits)


def intent_of(job: Job, store: AttemptStore, *, moment: str = "2026-11-22T09:00:00Z") -> Attempt:
    """Begin the next attempt at a job, as ``SubmitContext.next_intent`` does."""
    return next_intent(job, store.known(job.fingerprint), ApiIdentity(host="127.0.0.1"), moment=moment)


def tasks_by_job(lockfile: Lockfile) -> dict[Fingerprint, list[str]]:
    """All task ids that are known, by job."""
    return {
        fingerprint: [one.task_id for one in entry.attempts if one.task_id]
        for fingerprint, entry in lockfile.entries.items()
    }
