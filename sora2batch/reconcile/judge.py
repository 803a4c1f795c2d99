"""Which tasks of the ledger could be the lost answer to a create call; pure.

The ledger names a task's tool, cost and time, but not its prompt. So a trace can only be matched to a job by
tool, price and time. That a call left no trace proves that it was never charged only where the same look at
the ledger shows a task of ours: silence alone is also what a wrong account or a broken ledger says.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from sora2batch.reconcile.doubt import Doubt
from sora2batch.reconcile.evidence import Evidence, OwnTask
from sora2batch.reconcile.finding import Ambiguous, Finding, Inconclusive, NotCharged, TooEarly
from sora2batch.reconcile.ledger_task import LedgerTask

_SAME_PERIOD = timedelta(hours=1)
"""How far from a call a task of ours was made that is of its time; and a stranger's that is near."""


def judge(doubts: Iterable[Doubt], evidence: Evidence, *, settle: timedelta) -> tuple[Finding, ...]:
    """Hold every doubt against the charges that no lockfile knows.

    Args:
        doubts: calls without an answer.
        evidence: what the ledger and the lockfiles tell.
        settle: how long after the end of a call its charge may show in the ledger.
    """
    doubts = tuple(doubts)
    settle += evidence.lateness
    missing = evidence.missing_task(doubts, settle)
    lack = f"the ledger lacks our task {missing.task_id} too; is it another account's?" if missing else None
    return tuple(_judge_one(doubt, doubts, evidence, settle, lack) for doubt in doubts)


def _judge_one(
    doubt: Doubt, doubts: tuple[Doubt, ...], evidence: Evidence, settle: timedelta, lack: str | None
) -> Finding:
    if elsewhere := _other_place(doubt, evidence):
        return Inconclusive(doubt=doubt, reason=elsewhere)
    if candidates := tuple(task for task in evidence.unknown_tasks if doubt.may_be(task, evidence.margin)):
        return _ambiguous(doubt, doubts, candidates, evidence)
    if doubt.given_up and evidence.read_at < (until := doubt.given_up + settle):
        return TooEarly(doubt=doubt, until=until)
    if (
        reason := evidence.unclear
        or lack
        or _charged_twice(doubt, evidence)
        or _lacks_control(doubt, evidence)
    ):
        return Inconclusive(doubt=doubt, reason=reason)
    return NotCharged(doubt=doubt)


def _other_place(doubt: Doubt, evidence: Evidence) -> str | None:
    attempt = doubt.attempt
    if attempt.api and evidence.host and attempt.api != evidence.host:
        return f"the call was made at {attempt.api}, and this is the ledger of {evidence.host}"
    if attempt.account and evidence.account and attempt.account != evidence.account:
        return "the call was made with a key of another account"
    return None


def _charged_twice(doubt: Doubt, evidence: Evidence) -> str | None:
    second = evidence.second_charge(doubt)
    if second is None:
        return None
    return (
        f"the ledger charged the task {second.task_id} more than once, the second time perhaps for this call"
    )


def _lacks_control(doubt: Doubt, evidence: Evidence) -> str | None:
    """Tell what is missing for the ledger's silence to be a proof.

    Either it shows a task that this lockfile has of the same time; or it is the ledger of the very account
    that was asked then, the API tells the time, and a task of ours shows how the ledger does.
    """
    if not evidence.shown_tasks:
        return "the ledger shows no task of ours, so its silence proves nothing"
    is_same_account = doubt.attempt.account is not None and doubt.attempt.account == evidence.account
    if is_same_account and evidence.reading.is_timed:
        return None
    if any(_is_of_its_time(task, doubt) for task in evidence.shown_tasks):
        return None
    if is_same_account:
        return "the API does not tell the time, so its clock cannot be compared"
    return "the ledger shows no task of ours of that time, and whether it is the same account is not known"


def _is_of_its_time(task: OwnTask, doubt: Doubt) -> bool:
    """Tell whether a task of this lockfile was made about then, and as far as is known with the same key."""
    if doubt.intended is None or not task.is_of_this_lockfile:
        return False
    return task.account == doubt.attempt.account and abs(task.submitted - doubt.intended) <= _SAME_PERIOD


def _ambiguous(
    doubt: Doubt, doubts: tuple[Doubt, ...], candidates: tuple[LedgerTask, ...], evidence: Evidence
) -> Ambiguous:
    margin = evidence.margin
    rivals = tuple(rival for rival in evidence.rivals if any(rival.may_be(one, margin) for one in candidates))
    return Ambiguous(
        doubt=doubt,
        candidates=tuple(sorted(candidates, key=lambda task: not doubt.fits(task))),
        rivals=rivals,
        obstacle=_obstacle(doubt, doubts, candidates, rivals, evidence),
    )


def _obstacle(
    doubt: Doubt,
    doubts: tuple[Doubt, ...],
    candidates: tuple[LedgerTask, ...],
    rivals: tuple[Doubt, ...],
    evidence: Evidence,
) -> str:
    """Tell what keeps even a task that fits from being this call's for certain."""
    if evidence.unclear:
        return evidence.unclear
    if rivals:
        return f"a call in doubt of another lockfile ({rivals[0].entry.key}) may have made it, too"
    others = (task for task in evidence.unknown_tasks if task not in candidates and _is_near(task, doubt))
    stranger = next((task for task in others if not any(one.fits(task) for one in doubts)), None)
    if stranger is None:
        return ""
    return (
        f"others seem to use this account: around that time it paid for the task {stranger.task_id}, "
        "which no lockfile here knows, and theirs cannot be told apart from ours"
    )


def _is_near(task: LedgerTask, doubt: Doubt) -> bool:
    return doubt.intended is None or abs(task.create_time - doubt.intended) <= _SAME_PERIOD


def unique_fits(findings: Iterable[Finding]) -> tuple[tuple[Doubt, LedgerTask], ...]:
    """Pair calls and tasks where exactly one fits exactly one, and nothing else could be meant by either.

    So a task that a call in doubt made is never given to another call: who made it may always be meant, too.
    Nor is one where others seem to use the account: theirs cannot be told apart.
    """
    open_findings = [finding for finding in findings if isinstance(finding, Ambiguous)]
    pairs = [
        (finding.doubt, finding.candidates[0])
        for finding in open_findings
        if len(finding.candidates) == 1
        and finding.doubt.fits(finding.candidates[0])
        and not finding.rivals
        and not finding.obstacle
    ]
    return tuple(
        (doubt, task)
        for doubt, task in pairs
        if sum(task in other.candidates for other in open_findings) == 1
    )
