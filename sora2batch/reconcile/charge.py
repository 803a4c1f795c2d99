"""What each task was really charged, held against its price; pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sora2batch.catalog.catalog import Catalog
from sora2batch.ground.clock import with_margin
from sora2batch.ground.job import Credits
from sora2batch.lockfile.content import Lockfile
from sora2batch.lockfile.entry import Attempt, Entry, in_line_order
from sora2batch.reconcile.ledger_task import tasks_of
from sora2batch.sjinn.answer import LedgerRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A task that cost something else than its price, or of which something was given back."""

    entry: Entry
    attempt: Attempt
    price: Credits
    """By the catalogue; what the lockfile has in ``credits`` may be what was charged."""
    charged: Credits
    """What all rows of the task took, whatever others gave back."""
    returned: Credits
    """What rows of the task gave back; whether that is a refund, the API does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """The tasks of a lockfile, looked up in the ledger."""

    checked: int
    """Tasks that the ledger knows."""
    unlisted: tuple[tuple[Entry, Attempt], ...]
    """Tasks that it does not know: too old, or of another account."""
    differences: tuple[Difference, ...]


def audit(lockfile: Lockfile, records: Iterable[LedgerRecord], catalog: Catalog | None = None) -> Audit:
    """Compare what the ledger says every task cost with its price; several rows of one task are added up.

    A tool that the catalogue cannot price (any more) is held against what the lockfile says.
    """
    shown = {task.task_id: task for task in tasks_of(records)}
    listed, unlisted, differences = 0, [], []
    for entry, attempt, task_id in _tasks(lockfile):
        if task_id not in shown:
            unlisted.append((entry, attempt))
            continue
        listed += 1
        price, task = _price(entry, attempt, catalog), shown[task_id]
        if task.charged != price or task.returned:
            differences.append(
                Difference(
                    entry=entry,
                    attempt=attempt,
                    price=price,
                    charged=Credits(task.charged),
                    returned=Credits(task.returned),
                )
            )
    return Audit(checked=listed, unlisted=tuple(unlisted), differences=tuple(differences))


def earliest_task(lockfile: Lockfile) -> datetime | None:
    """Find the moment from which on the ledger has to be read; None if no task has one."""
    moments = (with_margin(attempt.submitted) for _, attempt, _ in _tasks(lockfile))
    return min(filter(None, moments), default=None)


def _price(entry: Entry, attempt: Attempt, catalog: Catalog | None) -> Credits:
    known = catalog.price_or_none(entry.tool_type, entry.input) if catalog else None
    return attempt.credits if known is None else known


def _tasks(lockfile: Lockfile) -> Iterable[tuple[Entry, Attempt, str]]:
    for entry in in_line_order(lockfile.entries.values()):
        for attempt in entry.attempts:
            if attempt.task_id is not None:
                yield entry, attempt, attempt.task_id
