"""Doubts are settled: by proof, by a unique match, or by a person's word; each on disk before it counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, assert_never

from sora2batch.ground.errors import UsageError
from sora2batch.ground.job import Credits
from sora2batch.ground.suggest import did_you_mean
from sora2batch.ground.text import listed
from sora2batch.lockfile.entry import Attempt, Entry, State
from sora2batch.reconcile.doubt import Doubt
from sora2batch.reconcile.finding import Ambiguous, Finding, NotCharged
from sora2batch.reconcile.ledger_check import LedgerApi
from sora2batch.reconcile.ledger_task import LedgerTask
from sora2batch.sjinn.answer import (
    Failed,
    Finished,
    KeyRefused,
    StatusAnswer,
    Unreadable,
    Working,
)
from sora2batch.sjinn.api_error import KeyRefusedError


class Recorder(Protocol):
    """Where results are kept."""

    async def record(self, entry: Entry, /) -> None:
        """Keep one attempt of a job; it is on disk when this returns."""
        ...


async def release_not_charged(findings: Sequence[Finding], recorder: Recorder) -> tuple[Doubt, ...]:
    """Take back every call of which the ledger proves that it was never charged."""
    released = tuple(finding.doubt for finding in findings if isinstance(finding, NotCharged))
    for doubt in released:
        await release(doubt, recorder)
    return released


async def release(doubt: Doubt, recorder: Recorder) -> None:
    """Take a call back: it was not charged, so the job can be submitted again."""
    withdrawn = doubt.attempt._replace(state=State.WITHDRAWN, credits=Credits(0), error=None)
    await recorder.record(doubt.entry.only(withdrawn))


async def adopt(doubt: Doubt, task: LedgerTask, recorder: Recorder) -> None:
    """Accept a task as the lost answer to a call; the next run waits for it and downloads it."""
    # Where only what was given back is left to be seen, it was paid all the same.
    cost = Credits(task.charged) or doubt.attempt.credits
    await recorder.record(doubt.entry.only(_adopted(doubt, task.task_id, cost)))


async def adopt_by_word(
    task_id: str, doubt: Doubt, findings: Sequence[Finding], ledger_api: LedgerApi, recorder: Recorder
) -> None:
    """Adopt the task that a person names; one that the ledger does not offer must at least exist.

    Raises:
        UsageError: the API does not confirm that there is such a task.
        KeyRefusedError: the API refused the key.
    """
    offered = (
        task
        for finding in findings
        if isinstance(finding, Ambiguous) and finding.doubt == doubt
        for task in finding.candidates
    )
    task = next((task for task in offered if task.task_id == task_id), None)
    if task:
        await adopt(doubt, task, recorder)
        return
    _require_task(task_id, await ledger_api.status(task_id))
    await recorder.record(doubt.entry.only(_adopted(doubt, task_id, doubt.attempt.credits)))


def doubt_of(name: str, doubts: Sequence[Doubt]) -> Doubt:
    """Find the call in doubt of a job by the job's key; or by its fingerprint, where keys are not unique.

    Raises:
        UsageError: no such job is in doubt, or several are.
    """
    found = [doubt for doubt in doubts if name in {doubt.entry.key, doubt.entry.fingerprint}]
    fingerprints = dict.fromkeys(doubt.entry.fingerprint for doubt in found)
    if len(fingerprints) > 1:
        raise UsageError(
            f"{len(fingerprints)} jobs in doubt are called {name}: one was in the manifest before the other",
            hint=f"name one by its fingerprint: {', '.join(fingerprints)}; --json tells which is which",
        )
    if found:
        return found[0]
    keys = list(dict.fromkeys(doubt.entry.key for doubt in doubts))
    raise UsageError(
        f"{name} is not in doubt; {f'in doubt: {listed(keys[:8])}' if keys else 'no job is'}",
        hint=did_you_mean(name, keys),
    )


def _require_task(task_id: str, answer: StatusAnswer) -> None:
    match answer:
        case Working() | Finished() | Failed():
            return
        case Unreadable(reason=reason):
            raise UsageError(f"the API does not confirm that there is a task {task_id}: {reason}")
        case KeyRefused(note=note):
            raise KeyRefusedError(f"the API refused the key: {note.message}")
        case _:
            assert_never(answer)


def _adopted(doubt: Doubt, task_id: str, cost: Credits) -> Attempt:
    return doubt.attempt._replace(state=State.SUBMITTED, task_id=task_id, credits=cost, error=None)
