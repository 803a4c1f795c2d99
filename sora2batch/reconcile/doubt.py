"""Which tasks of the ledger could be the lost answer to a create call; pure.

The ledger names a task's tool, cost and time, but not its prompt. So a call that left no trace there was
surely never charged, while a trace can only be matched to a job by tool, price and time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from sora2batch.clock import from_timestamp
from sora2batch.lockfile.content import Lockfile
from sora2batch.lockfile.entry import Attempt, Entry, State
from sora2batch.sjinn.answer import LedgerRecord
from sora2batch.sjinn.request import TASK_TYPE_PREFIX
from sora2batch.sjinn.server_clock import ALLOWANCE

MARGIN = ALLOWANCE + timedelta(seconds=2)
"""How much earlier than its intent a charge may be stamped: our clock may be ahead by what is not set right,
the ledger may cut its times to seconds, and the API's own machines differ a little."""
_LATEST = timedelta(minutes=15)
"""How long after its intent a call can at most have been charged, for a match without a person."""
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def moment_of(attempt: Attempt) -> datetime | None:
    """Tell when a call was about to be made; None where a line says nothing that can be read."""
    try:
        return from_timestamp(attempt.submitted_at) if attempt.submitted_at else None
    except ValueError:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """One create call whose answer is not known."""

    entry: Entry
    attempt: Attempt

    @property
    def intended(self) -> datetime | None:
        """The moment just before the call; only a line made by hand has none."""
        return moment_of(self.attempt)

    @property
    def given_up(self) -> datetime | None:
        """The last moment at which the call is known to have been under way; its intent, if we died there."""
        try:
            return from_timestamp(self.attempt.finished_at) if self.attempt.finished_at else self.intended
        except ValueError:
            return self.intended

    @property
    def since(self) -> datetime:
        """The moment from which on a charge may be this call's."""
        return self.intended - MARGIN if self.intended else _LONG_AGO

    def may_be(self, record: LedgerRecord) -> bool:
        """Tell whether a charge could be this call's at all."""
        tool_type = record.task_type.removeprefix(TASK_TYPE_PREFIX)
        return tool_type == self.entry.tool_type and record.create_time >= self.since

    def fits(self, record: LedgerRecord) -> bool:
        """Tell whether a charge looks just as this call's would."""
        is_timely = self.intended is not None and record.create_time <= self.intended + _LATEST
        return is_timely and self.may_be(record) and record.cost_credits == self.attempt.credits


@dataclass(frozen=True, slots=True, kw_only=True)
class Free:
    """The ledger has no unknown task of this tool since the intent: the call was never charged."""

    doubt: Doubt


@dataclass(frozen=True, slots=True, kw_only=True)
class TooEarly:
    """No trace yet, but the ledger may lag behind."""

    doubt: Doubt
    until: datetime
    """From then on the absence of a trace is a proof."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unproven:
    """No trace, but the ledger lacks tasks of ours too: it is another account's, or far behind."""

    doubt: Doubt
    missing: tuple[str, ...]
    """Ids of tasks that it should show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ambiguous:
    """There are unknown tasks; any of them may be this call's."""

    doubt: Doubt
    candidates: tuple[LedgerRecord, ...]
    """*Shape*: never empty, each task once. Those that fit in price and time first, then oldest first."""
    rivals: tuple[Doubt, ...] = ()
    """Calls in doubt of other lockfiles that may have made one of the candidates, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unasked:
    """The ledger was not asked."""

    doubt: Doubt


Finding: TypeAlias = Free | TooEarly | Unproven | Ambiguous | Unasked


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What doubts are judged by."""

    records: Sequence[LedgerRecord]
    """The ledger since the earliest of the doubts, complete; in any order."""
    read_at: datetime
    """The moment at which reading it began, on the clock that stamps intents."""
    known_tasks: frozenset[str]
    """Ids of the tasks that need no explanation."""
    rivals: Sequence[Doubt] = ()
    """Calls in doubt of other lockfiles."""
    expected_tasks: frozenset[str] = frozenset()
    """Ids of our own tasks that the ledger must show if it is our account's."""

    @property
    def missing_tasks(self) -> tuple[str, ...]:
        """Tasks that should be there and are not."""
        return tuple(sorted(self.expected_tasks - {record.task_id for record in self.records}))


def find_doubts(lockfile: Lockfile) -> tuple[Doubt, ...]:
    """Collect every call in doubt, in the lockfile's order."""
    entries = sorted(lockfile.entries.values(), key=lambda entry: (entry.key, entry.fingerprint))
    return tuple(
        Doubt(entry=entry, attempt=attempt)
        for entry in entries
        for attempt in entry.attempts
        if attempt.state is State.IN_DOUBT
    )


def judge(doubts: Iterable[Doubt], evidence: Evidence, *, settle: timedelta) -> tuple[Finding, ...]:
    """Hold every doubt against the charges that no lockfile knows.

    Args:
        doubts: calls without an answer.
        evidence: what the ledger and the lockfiles tell.
        settle: how long after the end of a call its charge may show in the ledger.
    """
    unknown = _unknown_tasks(evidence)
    return tuple(_judge_one(doubt, unknown, evidence, settle) for doubt in doubts)


def _judge_one(
    doubt: Doubt, unknown: Sequence[LedgerRecord], evidence: Evidence, settle: timedelta
) -> Finding:
    possible = sorted(filter(doubt.may_be, unknown), key=lambda record: not doubt.fits(record))
    if possible:
        rivals = tuple(rival for rival in evidence.rivals if any(map(rival.may_be, possible)))
        return Ambiguous(doubt=doubt, candidates=tuple(possible), rivals=rivals)
    if doubt.given_up and evidence.read_at < (until := doubt.given_up + settle):
        return TooEarly(doubt=doubt, until=until)
    if evidence.missing_tasks:
        return Unproven(doubt=doubt, missing=evidence.missing_tasks)
    return Free(doubt=doubt)


def _unknown_tasks(evidence: Evidence) -> list[LedgerRecord]:
    """Make one record of all rows of an unknown task: the time of its charge, and what it cost after refunds.

    *Shape*: oldest first.
    """
    rows: dict[str, list[LedgerRecord]] = {}
    for record in sorted(evidence.records, key=_age):
        if record.task_id not in evidence.known_tasks:
            rows.setdefault(record.task_id, []).append(record)
    return [replace(own[0], cost_credits=sum(row.cost_credits for row in own)) for own in rows.values()]


def _age(record: LedgerRecord) -> tuple[datetime, str, str, str, int]:
    return record.create_time, record.task_id, record.task_type, record.id, record.cost_credits


def unique_fits(findings: Iterable[Finding]) -> tuple[tuple[Doubt, LedgerRecord], ...]:
    """Pair calls and tasks where exactly one fits exactly one, and nothing else could be meant by either.

    So a task that a call in doubt made is never given to another call: who made it may always be meant, too.
    """
    open_findings = [finding for finding in findings if isinstance(finding, Ambiguous)]
    pairs = [
        (finding.doubt, finding.candidates[0])
        for finding in open_findings
        if len(finding.candidates) == 1 and finding.doubt.fits(finding.candidates[0]) and not finding.rivals
    ]
    return tuple(
        (doubt, record)
        for doubt, record in pairs
        if sum(other.doubt.may_be(record) for other in open_findings) == 1
    )
