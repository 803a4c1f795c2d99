"""What was paid for and came to nothing, as a support desk wants it: task ids, times, charges; pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sora2batch.lockfile.content import Lockfile
from sora2batch.lockfile.entry import Attempt, Entry, State, in_line_order
from sora2batch.reconcile.ledger_task import LedgerTask, tasks_of
from sora2batch.sjinn.answer import LedgerRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One task that was created, and of which there is nothing to show."""

    entry: Entry
    attempt: Attempt
    """With a task id: failed, or done without a file that could be had."""
    task: LedgerTask | None
    """What the ledger shows of it; None where it shows nothing."""


def find_claims(lockfile: Lockfile, records: Iterable[LedgerRecord]) -> tuple[Claim, ...]:
    """Pick the tasks that came to nothing and look each up. *Shape*: in the lockfile's order."""
    shown = {task.task_id: task for task in tasks_of(records)}
    entries = in_line_order(lockfile.entries.values())
    return tuple(
        Claim(entry=entry, attempt=attempt, task=shown.get(attempt.task_id or ""))
        for entry in entries
        for attempt in entry.attempts
        if came_to_nothing(attempt)
    )


def came_to_nothing(attempt: Attempt) -> bool:
    """Tell whether a task failed, or ended without any file that could be had."""
    if attempt.state is State.FAILED:
        return True
    has_file = any(output.sha256 for output in attempt.outputs)
    return attempt.state is State.COMPLETED and attempt.error is not None and not has_file
