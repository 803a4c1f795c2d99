"""Budget and attempts of a process that holds a lockfile: lines in its journal, sums in memory."""

from __future__ import annotations

from sora2batch.ground.job import Credits, Fingerprint, Job
from sora2batch.lockfile.entry import Attempt, Entry
from sora2batch.lockfile.task_id import plain_task_id
from sora2batch.run import entries
from sora2batch.run.budget_tracker import BudgetTracker
from sora2batch.run.port import Recorder


class JournalAttempts:
    """Each step is on disk when it returns, and only then counted as done; see ``AttemptStore``."""

    def __init__(self, recorder: Recorder, budget_tracker: BudgetTracker) -> None:
        self._recorder = recorder
        self._budget_tracker = budget_tracker
        self._named: dict[str, Job] = {}
        """Whose each task is that this run was answered with, whether or not that is on disk yet."""

    @property
    def budget(self) -> Credits:
        """What may be spent in all."""
        return self._budget_tracker.budget

    @property
    def spent(self) -> Credits:
        """What is charged or may have been."""
        return self._budget_tracker.spent

    def known(self, fingerprint: Fingerprint, /) -> Entry | None:
        """Tell what the journal and its lockfile know of a job."""
        return self._recorder.entry(fingerprint)

    async def reserve(self, job: Job, /) -> bool:
        """Set the price of a job aside, as long as this process lives; False if there is no room for it."""
        return self._budget_tracker.reserve(job.credits)

    async def fence(self, job: Job, intent: Attempt, /) -> None:
        """Append the intent to the journal; nobody settles a doubt of it as long as this process holds it.

        Raises:
            Sora2BatchError: the disk refused, or the intent was no new one.
        """
        try:
            await self._recorder.record(Entry.of(job, intent))
        except BaseException:
            self._budget_tracker.release(job.credits)
            raise

    async def claim(self, job: Job, task_id: str, /) -> str | None:
        """Take a task for a job, unless it is known already: then say whose it is.

        Nothing is waited for in here: of two calls that are answered with one task, one has it.
        """
        owner = self._named.get(plain_task_id(task_id)) or self._recorder.owner_of(task_id)
        if owner is None:
            self._named[plain_task_id(task_id)] = job
            return None
        if owner.fingerprint == job.fingerprint:
            return "an earlier one of this job"
        return f"that of {owner.key}"

    async def accept(self, job: Job, attempt: Attempt, /) -> None:
        """Charge a task and append it."""
        self._budget_tracker.charge(job.credits)
        await self._recorder.record(Entry.of(job, attempt))

    async def refuse(self, job: Job, attempt: Attempt, /) -> None:
        """Append the refusal, then give the money back."""
        await self._recorder.record(Entry.of(job, attempt))
        self._budget_tracker.release(job.credits)

    async def release(self, job: Job, intent: Attempt, /) -> None:
        """Append that the call was withdrawn, then give the money back.

        Until that is on disk the job is in doubt there, so its money stays reserved.
        """
        await self._recorder.record(Entry.of(job, entries.withdrawn(intent)))
        self._budget_tracker.release(job.credits)

    async def doubt(self, job: Job, attempt: Attempt, /) -> None:
        """Count the money as spent, and append why nobody knows."""
        self._budget_tracker.doubt(job.credits)
        await self._recorder.record(Entry.of(job, attempt))

    def abandon(self, job: Job, /) -> None:
        """Count the money as spent: on disk the job has been in doubt since its intent."""
        self._budget_tracker.doubt(job.credits)

    async def surcharge(self, job: Job, attempt: Attempt, difference: Credits, /) -> None:
        """Count what a task cost beyond its price, and append what it cost in all."""
        self._budget_tracker.surcharge(difference)
        await self._recorder.record(Entry.of(job, attempt))

    async def settle(self, doubted: Entry, outcome: Attempt, /) -> None:
        """Append how a doubt ended, then move its money to where it belongs."""
        await self._recorder.record(doubted.only(outcome))
        self._budget_tracker.settle(doubted.primary.credits, outcome.credits)
