"""The ledger is asked about calls in doubt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from sora2batch.ground.clock import Clock
from sora2batch.lockfile.content import Lockfile
from sora2batch.lockfile.entry import Entry
from sora2batch.lockfile.task_id import plain_task_id
from sora2batch.reconcile.doubt import WIDE_MARGIN, Doubt, find_doubts
from sora2batch.reconcile.evidence import Evidence, OwnTask, own_tasks
from sora2batch.reconcile.finding import Finding
from sora2batch.reconcile.judge import judge
from sora2batch.sjinn.answer import Account, LedgerReading, StatusAnswer
from sora2batch.sjinn.api_error import ApiError, KeyRefusedError

SETTLE = timedelta(minutes=10)
"""How long after the end of a call the ledger is given to show its charge. 1.3 s have been seen once; nothing
is promised, and waiting costs nothing."""
_FURTHEST_BACK = timedelta(days=30)
"""How far before the first doubt a task of ours is looked for that shows if the ledger can be believed."""


class LedgerApi(Protocol):
    """The part of the API that tells what was charged."""

    async def ledger(self, *, since: datetime) -> LedgerReading:
        """Read the charges since a moment, to the end.

        Raises:
            ApiError: they cannot be read to the end.
            KeyRefusedError: the API refused the key.
        """
        ...

    async def account(self) -> Account:
        """Ask whose account it is.

        Raises:
            ApiError: no readable answer came.
            KeyRefusedError: the API refused the key.
        """
        ...

    async def status(self, task_id: str, /) -> StatusAnswer:
        """Ask how a task is doing."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconcileContext:
    """How doubts are looked into."""

    ledger_api: LedgerApi
    clock: Clock
    host: str | None = None
    """Where the ledger is kept."""
    beside: Sequence[Lockfile] = ()
    """Other lockfiles: their tasks explain charges, and an unknown task may be their call's in doubt, too."""
    settle: timedelta = SETTLE

    @property
    def known_elsewhere(self) -> frozenset[str]:
        """Tasks of the other lockfiles."""
        return frozenset[str]().union(*(lockfile.task_ids() for lockfile in self.beside))


async def check_doubts(lockfile: Lockfile, context: ReconcileContext) -> tuple[Finding, ...]:
    """Hold every call in doubt against the ledger, of all tools, since well before the earliest.

    It is not asked for one tool: whoever writes a tool's name in another way would hide its charges.

    Raises:
        ApiError: the ledger cannot be read to its end, so nothing can be concluded.
        KeyRefusedError: the API refused the key.
    """
    doubts = find_doubts(lockfile)
    if not doubts:
        return ()
    evidence = await _gather(doubts, lockfile, context)
    findings = judge(doubts, evidence, settle=context.settle)
    return tuple(sorted(findings, key=lambda finding: _place(finding.doubt.entry)))


async def _gather(doubts: Sequence[Doubt], lockfile: Lockfile, context: ReconcileContext) -> Evidence:
    own = [*own_tasks(lockfile, is_of_this_lockfile=True)]
    own += (task for other in context.beside for task in own_tasks(other, is_of_this_lockfile=False))
    account = await _identity(context.ledger_api)
    began = context.clock.monotonic()
    reading = await context.ledger_api.ledger(since=_since(doubts, own))
    # The answer may have set the clock right, so it is read now; but pages show what was there when they were
    # asked for, and asking for all of them may have taken minutes.
    took = timedelta(seconds=context.clock.monotonic() - began)
    known = lockfile.task_ids() | context.known_elsewhere
    return Evidence(
        reading=_spelled_as_known(reading, known),
        read_at=context.clock.now() - took,
        known_tasks=known,
        own_tasks=own,
        rivals=[doubt for other in context.beside for doubt in find_doubts(other)],
        account=account,
        host=context.host,
    )


def _spelled_as_known(reading: LedgerReading, known: Iterable[str]) -> LedgerReading:
    """Call tasks what the lockfiles call them: the ledger may spell the same id in another way."""
    names = {plain_task_id(task_id): task_id for task_id in known}
    rows = (
        replace(row, task_id=names.get(plain_task_id(row.task_id), row.task_id)) for row in reading.records
    )
    return replace(reading, records=tuple(rows))


async def _identity(ledger_api: LedgerApi) -> str | None:
    try:
        return (await ledger_api.account()).identity
    except KeyRefusedError:
        raise
    except ApiError:
        return None


def _since(doubts: Iterable[Doubt], own: Iterable[OwnTask]) -> datetime:
    """Choose from when on the ledger is read: also the last task of ours before the doubts is to be seen."""
    earliest = min(doubt.since(WIDE_MARGIN) for doubt in doubts)
    before = (task.submitted for task in own if task.submitted < earliest)
    control = max(before, default=earliest)
    is_in_reach = earliest.year > 1970 and control > earliest - _FURTHEST_BACK
    return control - WIDE_MARGIN if is_in_reach and control < earliest else earliest


def _place(entry: Entry) -> tuple[str, str]:
    return entry.key, entry.fingerprint
