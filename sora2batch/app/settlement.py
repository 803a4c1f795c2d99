"""What became of the jobs in doubt, as lines and as the document of ``reconcile --json``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from sora2batch.app.output.output import Printer
from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.clock import to_timestamp
from sora2batch.ground.credit_price import CreditPrice, credits_in_words, money_beside
from sora2batch.ground.errors import ExitCode
from sora2batch.ground.terminal_width import isolated
from sora2batch.ground.text import counted
from sora2batch.reconcile.charge import Audit
from sora2batch.reconcile.doubt import Doubt
from sora2batch.reconcile.finding import Ambiguous, Finding, Inconclusive, NotCharged, NotChecked, TooEarly
from sora2batch.reconcile.ledger_task import LedgerTask

_MOST_MISFITS = 3
"""So many tasks that may be it and do not look like it are shown of a doubt; --json has all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What was done, and what is left."""

    adopted: tuple[tuple[str, str], ...]
    """(key, task id)"""
    released: tuple[str, ...]
    matched: bool = False
    """Whether a task was adopted without a person's word."""
    findings: tuple[Finding, ...]
    """About the calls that are still in doubt."""
    audit: Audit

    @property
    def exit_code(self) -> ExitCode:
        """4 while anything is in doubt, else 1 if a charge differs."""
        if self.findings:
            return ExitCode.OPEN
        return ExitCode.FAILED if self.audit.differences else ExitCode.DONE


def print_settlement(
    manifest: str, settlement: Settlement, printer: Printer, price: CreditPrice | None = None
) -> None:
    """Print what was done, then what is left of each call in doubt, then the charges."""
    for key, task_id in settlement.adopted:
        printer.output(f"adopted: {isolated(key)} is task {task_id}; the next run waits for it")
    if settlement.matched:
        printer.output("matched by tool, price and time alone: if others use this account, look at the clips")
    for key in settlement.released:
        printer.output(f"released: {isolated(key)}; the next run submits it")
    for finding in settlement.findings:
        _show_finding(finding, printer, price)
    if not settlement.findings:
        printer.output(f"{manifest}: no job is in doubt")
    checked = settlement.audit
    compared = counted(
        checked.checked, "charge compared with its price", "charges compared with their prices"
    )
    for difference in checked.differences:
        back = f", {difference.returned:,} were given back" if difference.returned else ""
        charged = credits_in_words(difference.charged, price)
        listed = f"{difference.price:,}{money_beside(difference.price, price)}"
        printer.output(
            f"charged: {isolated(difference.entry.key)} cost {charged}{back}, "
            f"the price was {listed} (task {difference.attempt.task_id})"
        )
    printer.output(f"{compared}, {len(checked.differences):,} differ")
    if checked.unlisted:
        tasks = counted(len(checked.unlisted), "task is", "tasks are")
        printer.output(f"{tasks} not in the ledger of this account")


def _show_finding(finding: Finding, printer: Printer, price: CreditPrice | None) -> None:
    attempt = finding.doubt.attempt
    key = isolated(finding.doubt.entry.key)
    printer.output(
        f"in doubt: {key}: {credits_in_words(attempt.credits, price)}, since {attempt.submitted_at}"
    )
    match finding:
        case NotChecked():
            printer.output("  the ledger was not asked: there is no key")
        case Inconclusive(reason=reason):
            printer.output(f"  no charge is seen, but {reason}")
            printer.output("  look at the account's own page; if nothing was charged there: --release it")
        case NotCharged():
            printer.output("  never charged by the ledger: the next run submits it, or --release it now")
        case TooEarly(until=until):
            printer.output(f"  no charge so far; that counts from {to_timestamp(until)} on")
        case Ambiguous(candidates=candidates, obstacle=obstacle):
            fitting = sum(finding.doubt.fits(task) for task in candidates)  # they come first
            for task in candidates[: fitting + _MOST_MISFITS]:
                printer.output(f"  {_told(task, finding.doubt)}")
            if more := len(candidates[fitting + _MOST_MISFITS :]):
                printer.output(f"  and {more:,} more, of which none fits")
            if obstacle:
                printer.output(f"  {obstacle}")
        case _:
            assert_never(finding)


def _told(task: LedgerTask, doubt: Doubt) -> str:
    back = f", {task.returned:,} given back" if task.returned else ""
    fit = "fits" if doubt.fits(task) else "does not fit in price or time"
    return f"task {task.task_id}: {task.charged:,} credits at {to_timestamp(task.create_time)}{back}; {fit}"


def settlement_to_json(manifest: str, settlement: Settlement) -> JsonObject:
    """Turn a settlement into the document of ``reconcile --json``."""
    return {
        "version": 1,
        "manifest": manifest,
        "adopted": [{"key": key, "task_id": task_id} for key, task_id in settlement.adopted],
        "released": list(settlement.released),
        "in_doubt": [_finding_to_json(finding) for finding in settlement.findings],
        "charges": _audit_to_json(settlement.audit),
    }


def _finding_to_json(finding: Finding) -> JsonObject:
    doubt = finding.doubt
    candidates = finding.candidates if isinstance(finding, Ambiguous) else ()
    return {
        "key": doubt.entry.key,
        "fingerprint": doubt.entry.fingerprint,
        "credits": doubt.attempt.credits,
        "submitted_at": doubt.attempt.submitted_at,
        "verdict": _verdict(finding),
        "reason": _reason(finding),
        "candidates": [
            {
                "task_id": task.task_id,
                "cost_credits": task.charged,
                "returned_credits": task.returned,
                "create_time": to_timestamp(task.create_time),
                "fits": doubt.fits(task),
            }
            for task in candidates
        ],
    }


def _reason(finding: Finding) -> str | None:
    """Tell what keeps a doubt from being settled without a person, where there is something to tell."""
    match finding:
        case Inconclusive(reason=reason):
            return reason
        case TooEarly(until=until):
            return f"that no charge is seen counts from {to_timestamp(until)} on"
        case Ambiguous(obstacle=obstacle):
            return obstacle or None
        case NotCharged() | NotChecked():
            return None
        case _:
            assert_never(finding)


def _verdict(finding: Finding) -> str:
    """Name what was found as the document does."""
    match finding:
        case NotCharged():
            return "free"
        case TooEarly():
            return "too_early"
        case Inconclusive():
            return "unproven"
        case Ambiguous():
            return "candidates"
        case NotChecked():
            return "not_asked"
        case _:
            assert_never(finding)


def _audit_to_json(found: Audit) -> JsonObject:
    return {
        "checked": found.checked,
        "unlisted": [{"key": entry.key, "task_id": attempt.task_id} for entry, attempt in found.unlisted],
        "differences": [
            {
                "key": difference.entry.key,
                "task_id": difference.attempt.task_id,
                "credits": difference.price,
                "cost_credits": difference.charged,
                "returned_credits": difference.returned,
            }
            for difference in found.differences
        ],
    }
