"""Doubts are settled: by proof, by a unique match, or by a person's word; each on disk before it counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol, assert_never

from sora2batch.clock import Clock
from sora2batch.errors import UsageError
from sora2batch.job import Credits
from sora2batch.lockfile.content import Lockfile
from sora2batch.lockfile.entry import Attempt, Entry, State
from sora2batch.reconcile.doubt import (
    Ambiguous,
    Doubt,
    Evidence,
    Finding,
    Free,
    find_doubts,
    judge,
    moment_of,
)
from sora2batch.sjinn.answer import (
    Failed,
    Finished,
    KeyRefused,
    LedgerRecord,
    StatusAnswer,
    Unreadable,
    Working,
)
from sora2batch.sjinn.error import KeyRefusedError
from sora2batch.suggest import did_you_mean, listed

SETTLE = timedelta(seconds=60)
"""How long after the end of a call the ledger is given to show its charge; 1.3 s have been seen."""


class Books(Protocol):
    """The part of the API that tells what was charged."""

    async def ledger(self, *, tool_type: str | None, since: datetime) -> Sequence[LedgerRecord]:
        """Read the charges of a tool (``None``: of all) since a moment, to the end.

        Raises:
            ApiError: they cannot be read to the end.
            KeyRefusedError: the API refused the key.
        """
        ...

    async def status(self, task_id: str, /) -> StatusAnswer:
        """Ask how a task is doing."""
        ...


class Recorder(Protocol):
    """Where results are kept."""

    async def record(self, entry: Entry, /) -> None:
        """Keep one attempt of a job; it is on disk when this returns."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """How doubts are looked into."""

    books: Books
    clock: Clock
    known_elsewhere: frozenset[str] = frozenset()
    """Tasks of other lockfiles: they explain charges, too."""
    doubts_elsewhere: Sequence[Doubt] = ()
    """Calls in doubt of other lockfiles: an unknown task may be theirs as well."""
    settle: timedelta = SETTLE


async def inquire(lockfile: Lockfile, inquiry: Inquiry) -> tuple[Finding, ...]:
    """Hold every call in doubt against the ledger, of each tool since its earliest doubt.

    Raises:
        ApiError: the ledger cannot be read to its end, so nothing can be concluded.
        KeyRefusedError: the API refused the key.
    """
    doubts = find_doubts(lockfile)
    known = lockfile.task_ids() | inquiry.known_elsewhere
    findings: list[Finding] = []
    for tool_type in dict.fromkeys(doubt.entry.tool_type for doubt in doubts):
        same_tool = [doubt for doubt in doubts if doubt.entry.tool_type == tool_type]
        evidence = await _read(tool_type, min(doubt.since for doubt in same_tool), known, inquiry)
        expected = _expected_tasks(lockfile, tool_type, evidence.read_at - inquiry.settle, same_tool)
        evidence = replace(evidence, expected_tasks=expected)
        findings += judge(same_tool, evidence, settle=inquiry.settle)
    return tuple(sorted(findings, key=lambda finding: _place(finding.doubt.entry)))


async def _read(tool_type: str, since: datetime, known: frozenset[str], inquiry: Inquiry) -> Evidence:
    began = inquiry.clock.monotonic()
    records = await inquiry.books.ledger(tool_type=tool_type, since=since)
    # The answer may have set the clock right, so it is read now; but pages show what was there when they were
    # asked for, and asking for all of them may have taken minutes.
    took = timedelta(seconds=inquiry.clock.monotonic() - began)
    return Evidence(
        records=records,
        read_at=inquiry.clock.now() - took,
        known_tasks=known,
        rivals=inquiry.doubts_elsewhere,
    )


def _expected_tasks(
    lockfile: Lockfile, tool_type: str, until: datetime, doubts: Sequence[Doubt]
) -> frozenset[str]:
    """Pick our tasks of this tool that were made after the first doubt and long enough ago to be listed."""
    moments = [doubt.intended for doubt in doubts if doubt.intended]
    if not moments:
        return frozenset()
    return frozenset(
        attempt.task_id
        for entry in lockfile.entries.values()
        for attempt in entry.attempts
        if attempt.task_id
        and entry.tool_type == tool_type
        and (moment := moment_of(attempt)) is not None
        and min(moments) <= moment <= until
    )


def _place(entry: Entry) -> tuple[str, str]:
    return entry.key, entry.fingerprint


async def release_free(findings: Sequence[Finding], recorder: Recorder) -> tuple[Doubt, ...]:
    """Take back every call of which the ledger proves that it was never charged."""
    free = tuple(finding.doubt for finding in findings if isinstance(finding, Free))
    for doubt in free:
        await release(doubt, recorder)
    return free


async def release(doubt: Doubt, recorder: Recorder) -> None:
    """Take a call back: it was not charged, so the job can be submitted again."""
    withdrawn = replace(doubt.attempt, state=State.WITHDRAWN, credits=Credits(0), error=None)
    await recorder.record(doubt.entry.only(withdrawn))


async def adopt(doubt: Doubt, record: LedgerRecord, recorder: Recorder) -> None:
    """Accept a task as the lost answer to a call; the next run waits for it and downloads it."""
    # A refund may be all that the ledger still shows; a task never earns anything.
    cost = Credits(max(record.cost_credits, 0))
    await recorder.record(doubt.entry.only(_adopted(doubt, record.task_id, cost)))


async def adopt_by_word(
    task_id: str, doubt: Doubt, findings: Sequence[Finding], books: Books, recorder: Recorder
) -> None:
    """Adopt the task that a person names; one that the ledger does not offer must at least exist.

    Raises:
        UsageError: the API does not confirm that there is such a task.
        KeyRefusedError: the API refused the key.
    """
    offered = (
        record
        for finding in findings
        if isinstance(finding, Ambiguous) and finding.doubt == doubt
        for record in finding.candidates
    )
    record = next((record for record in offered if record.task_id == task_id), None)
    if record:
        await adopt(doubt, record, recorder)
        return
    _require_task(task_id, await books.status(task_id))
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
    return replace(doubt.attempt, state=State.SUBMITTED, task_id=task_id, credits=cost, error=None)
