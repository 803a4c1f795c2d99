"""What doubts are judged by: a look at the ledger, and what our own lockfiles know; pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from sora2batch.ground.clock import with_margin
from sora2batch.lockfile.content import Lockfile
from sora2batch.reconcile.doubt import NARROW_MARGIN, WIDE_MARGIN, Doubt
from sora2batch.reconcile.ledger_task import LedgerTask, tasks_of
from sora2batch.sjinn.answer import LedgerReading, LedgerRecord

_SAME_TIME = timedelta(minutes=5)
"""How far the ledger may stamp a task of ours from its intent, for its clock to count as ours."""

_USUAL_CALL = timedelta(minutes=1)
"""What the call itself may take between the two."""

_LOOKED_BACK = timedelta(hours=1)
"""How far before the first doubt the ledger must show what it has of ours: one that lags lacks that, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnTask:
    """A task that a lockfile knows."""

    task_id: str
    submitted: datetime
    account: str | None
    api: str | None = None
    is_of_this_lockfile: bool


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What doubts are judged by."""

    reading: LedgerReading
    """The ledger from before the earliest of the doubts on, complete."""
    read_at: datetime
    """The moment at which reading it began, on the clock that stamps intents."""
    known_tasks: frozenset[str] = frozenset()
    """Ids of the tasks that need no explanation."""
    own_tasks: Sequence[OwnTask] = ()
    """Those of them of which it is known when they were made."""
    rivals: Sequence[Doubt] = ()
    """Calls in doubt of other lockfiles."""
    account: str | None = None
    """Whose ledger it is, where the API told."""
    host: str | None = None
    """Where it was read."""

    @cached_property
    def unknown_tasks(self) -> tuple[LedgerTask, ...]:
        """Tasks that no lockfile knows. *Shape*: oldest first."""
        return tasks_of(row for row in self.reading.records if row.task_id not in self.known_tasks)

    @cached_property
    def shown_tasks(self) -> tuple[OwnTask, ...]:
        """Our own tasks among what the ledger shows: the control that it is ours and can be believed."""
        shown = {record.task_id for record in self.reading.records}
        return tuple(task for task in self.own_tasks if task.task_id in shown)

    @cached_property
    def unclear(self) -> str | None:
        """What could not be understood, if anything; a task that a lockfile knows hides no other."""
        unclear = [row.unclear for row in self.reading.records if row.task_id not in self.known_tasks]
        return next(filter(None, [*self.reading.unclear, *unclear]), None)

    @cached_property
    def margin(self) -> timedelta:
        """How much earlier than its intent a charge may be stamped."""
        is_same_time = bool(self._offsets) and max(map(abs, self._offsets)) <= _SAME_TIME
        return NARROW_MARGIN if is_same_time else WIDE_MARGIN

    @cached_property
    def lateness(self) -> timedelta:
        """How much later than its intent a task of ours was stamped: our clock may have been so slow."""
        late = max(self._offsets, default=timedelta(0))
        return late if late > _USUAL_CALL else timedelta(0)

    @cached_property
    def _offsets(self) -> tuple[timedelta, ...]:
        stamps = {task.task_id: task.create_time for task in tasks_of(self.reading.records)}
        return tuple(stamps[task.task_id] - task.submitted for task in self.shown_tasks)

    def missing_task(self, doubts: Iterable[Doubt], settle: timedelta) -> OwnTask | None:
        """Find a task of ours of about that time that the ledger should show, and does not.

        It lags then, or is another account's; either way it may lack the doubts' charges as well.
        """
        earliest = min((doubt.intended for doubt in doubts if doubt.intended), default=self.read_at)
        shown = {task.task_id for task in self.shown_tasks}
        missing = (
            task
            for task in self.own_tasks
            if task.task_id not in shown
            and self._is_due(task)
            and earliest - _LOOKED_BACK <= task.submitted <= self.read_at - settle
        )
        return min(missing, key=lambda task: (task.submitted, task.task_id), default=None)

    def _is_due(self, task: OwnTask) -> bool:
        """Tell whether a task is to be expected here: another key may have made those of other lockfiles."""
        if None not in {task.api, self.host} and task.api != self.host:
            return False
        if None in {task.account, self.account}:
            return task.is_of_this_lockfile
        return task.account == self.account

    def second_charge(self, doubt: Doubt) -> LedgerTask | None:
        """Find one more charge of a known task: a call that was answered with its id may be behind it."""
        more = (task for task in self._second_charges if doubt.may_be(task, self.margin))
        return next(more, None)

    @cached_property
    def _second_charges(self) -> tuple[LedgerTask, ...]:
        charges: dict[str, list[LedgerRecord]] = {}
        for row in sorted(self.reading.records, key=lambda row: row.create_time):
            if row.task_id in self.known_tasks and row.cost_credits > 0:
                charges.setdefault(row.task_id, []).append(row)
        return tuple(task for rows in charges.values() for row in rows[1:] for task in tasks_of([row]))


def own_tasks(lockfile: Lockfile, *, is_of_this_lockfile: bool) -> Iterator[OwnTask]:
    """Collect the tasks of a lockfile whose time is known."""
    for entry in lockfile.entries.values():
        for attempt in entry.attempts:
            if attempt.task_id and (submitted := with_margin(attempt.submitted)):
                yield OwnTask(
                    task_id=attempt.task_id,
                    submitted=submitted,
                    account=attempt.account,
                    api=attempt.api,
                    is_of_this_lockfile=is_of_this_lockfile,
                )
