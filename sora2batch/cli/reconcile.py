"""Doubts settled on the command line, and charges compared with prices."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import assert_never

from sora2batch.canonical import JsonObject
from sora2batch.cells import isolated
from sora2batch.cli.batch import Batch
from sora2batch.cli.chatter import Chatter, complain
from sora2batch.cli.document import print_json
from sora2batch.cli.loop import run_loop
from sora2batch.cli.naming import Renaming, follow_keys
from sora2batch.cli.result import echo
from sora2batch.cli.settling import held, inquiry_of, look_into, world_of
from sora2batch.clock import to_timestamp
from sora2batch.errors import ExitCode, UsageError
from sora2batch.lockfile.content import Lockfile
from sora2batch.lockfile.store import LockfileStore
from sora2batch.reconcile.charge import Audit, audit, earliest_task
from sora2batch.reconcile.doubt import WIDE_MARGIN, Doubt, find_doubts
from sora2batch.reconcile.finding import Ambiguous, Finding, Free, TooEarly, Unasked, Unproven
from sora2batch.reconcile.inquire import Inquiry
from sora2batch.reconcile.judge import unique_fits
from sora2batch.reconcile.ledger_task import LedgerTask
from sora2batch.reconcile.settle import adopt, adopt_by_word, doubt_of, release, release_free
from sora2batch.sjinn.answer import LedgerRecord
from sora2batch.sjinn.secret import load_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """What a person wants settled."""

    adopt: tuple[str, ...]
    """``KEY=TASK_ID``"""
    release: tuple[str, ...]
    """Keys."""
    auto: bool

    @property
    def are_offline(self) -> bool:
        """Tell whether a person's word is enough, without the ledger."""
        return bool(self.release) and not self.adopt and not self.auto

    def renamed(self, renaming: Renaming) -> Orders:
        """Call every job what it is called now.

        Raises:
            UsageError: a name may mean two jobs.
        """
        pairs = [_key_and_task(text) for text in self.adopt]
        return replace(
            self,
            adopt=tuple(f"{renaming.key_meant(key)}={task_id}" for key, task_id in pairs),
            release=tuple(map(renaming.key_meant, self.release)),
        )


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


def reconcile(batch: Batch, orders: Orders, chatter: Chatter, *, as_json: bool) -> ExitCode:
    """Settle what can be settled and tell the rest."""
    with held(batch) as store:
        orders = orders.renamed(follow_keys(batch.expansion.jobs, store))
        settlement = run_loop(partial(_settle, batch, store, orders))
    if as_json:
        print_json(_to_json(batch, settlement))
    else:
        _show(batch, settlement)
    if settlement.findings:
        chatter.say("settle the rest with --adopt KEY=TASK_ID, --release KEY or --auto")
    return settlement.exit_code


async def _settle(batch: Batch, store: LockfileStore, orders: Orders) -> Settlement:
    async with store.session():
        if orders.are_offline and not (batch.simulated or load_key(os.environ)):
            return await _settle_offline(store, orders)
        async with world_of(batch, store.lockfile) as world:
            return await _settle_online(batch, store, orders, inquiry_of(batch, world))


async def _settle_offline(store: LockfileStore, orders: Orders) -> Settlement:
    released = await _release(store, orders, ())
    nothing = Audit(checked=0, unlisted=(), differences=())
    left = tuple(Unasked(doubt=doubt) for doubt in find_doubts(store.lockfile))
    return Settlement(adopted=(), released=released, findings=left, audit=nothing)


async def _settle_online(batch: Batch, store: LockfileStore, orders: Orders, inquiry: Inquiry) -> Settlement:
    findings = await look_into(batch, store.lockfile, inquiry)
    adopted = await _adopt(batch, store, orders, findings, inquiry)
    released = await _release(store, orders, findings)
    records = await _charges(store.lockfile, inquiry)
    left = await look_into(batch, store.lockfile, inquiry)
    checked = audit(store.lockfile, records, batch.catalog)
    return Settlement(
        adopted=adopted,
        released=released,
        matched=len(adopted) > len(orders.adopt),
        findings=left,
        audit=checked,
    )


async def _release(store: LockfileStore, orders: Orders, findings: Sequence[Finding]) -> tuple[str, ...]:
    doubts = find_doubts(store.lockfile)
    named = [doubt_of(key, doubts) for key in orders.release]
    for doubt in named:
        _warn_of_candidates(doubt, findings)
        await release(doubt, store)
    still = find_doubts(store.lockfile)
    proven = [finding for finding in findings if finding.doubt in still]
    free = await release_free(proven, store) if orders.auto else ()
    return tuple(dict.fromkeys(doubt.entry.key for doubt in [*named, *free]))


def _warn_of_candidates(doubt: Doubt, findings: Sequence[Finding]) -> None:
    for finding in findings:
        if finding.doubt == doubt and isinstance(finding, Ambiguous):
            task = finding.candidates[0]
            complain(
                f"warning: {isolated(doubt.entry.key)} is released on your word, but the ledger has the task "
                f"{task.task_id} ({task.charged:,} credits): if it is that job's, it is paid twice"
            )


async def _adopt(
    batch: Batch, store: LockfileStore, orders: Orders, findings: Sequence[Finding], inquiry: Inquiry
) -> tuple[tuple[str, str], ...]:
    adopted = []
    for key, task_id in map(_key_and_task, orders.adopt):
        if task_id in store.lockfile.task_ids() | inquiry.known_elsewhere:
            raise UsageError(f"the task {task_id} belongs to another job already")
        doubt = doubt_of(key, find_doubts(store.lockfile))
        if inquiry.host and doubt.attempt.api not in {None, inquiry.host}:
            raise UsageError(f"{key} was sent to {doubt.attempt.api}: {inquiry.host} does not know its tasks")
        await adopt_by_word(task_id, doubt, findings, inquiry.books, store)
        adopted.append((key, task_id))
    if orders.auto:
        for doubt, task in unique_fits(await look_into(batch, store.lockfile, inquiry)):
            await adopt(doubt, task, store)
            adopted.append((doubt.entry.key, task.task_id))
    return tuple(adopted)


def _key_and_task(text: str) -> tuple[str, str]:
    key, equals, task_id = text.rpartition("=")
    if not equals or not key or not task_id:
        raise UsageError(f"--adopt {text}: write it as KEY=TASK_ID")
    return key, task_id


async def _charges(lockfile: Lockfile, inquiry: Inquiry) -> Sequence[LedgerRecord]:
    since = earliest_task(lockfile)
    if since is None:
        return ()
    return (await inquiry.books.ledger(since=since - WIDE_MARGIN)).records


def _show(batch: Batch, settlement: Settlement) -> None:
    for key, task_id in settlement.adopted:
        echo(f"adopted: {isolated(key)} is task {task_id}; the next run waits for it")
    if settlement.matched:
        echo("matched by tool, price and time alone: if others use this account, look at the clips")
    for key in settlement.released:
        echo(f"released: {isolated(key)}; the next run submits it")
    for finding in settlement.findings:
        _show_finding(finding)
    if not settlement.findings:
        echo(f"{batch.manifest.file}: no job is in doubt")
    checked = settlement.audit
    for difference in checked.differences:
        back = f", {difference.returned:,} were given back" if difference.returned else ""
        echo(
            f"charged: {isolated(difference.entry.key)} cost {difference.charged:,} credits{back}, "
            f"the price was {difference.price:,} (task {difference.attempt.task_id})"
        )
    echo(f"{checked.checked:,} charges compared with their prices, {len(checked.differences):,} differ")
    if checked.unlisted:
        echo(f"{len(checked.unlisted):,} tasks are not in the ledger of this account")


def _show_finding(finding: Finding) -> None:
    attempt = finding.doubt.attempt
    key = isolated(finding.doubt.entry.key)
    echo(f"in doubt: {key}: {attempt.credits:,} credits, since {attempt.submitted_at}")
    match finding:
        case Unasked():
            echo("  the ledger was not asked: there is no key")
        case Unproven(reason=reason):
            echo(f"  no charge is seen, but {reason}")
            echo("  look at the account's own page; if nothing was charged there: --release it")
        case Free():
            echo("  never charged by the ledger: the next run submits it, or --release it now")
        case TooEarly(until=until):
            echo(f"  no charge so far; that counts from {to_timestamp(until)} on")
        case Ambiguous(candidates=candidates, obstacle=obstacle):
            for task in candidates:
                echo(f"  {_told(task, finding.doubt)}")
            if obstacle:
                echo(f"  {obstacle}")


def _told(task: LedgerTask, doubt: Doubt) -> str:
    back = f", {task.returned:,} given back" if task.returned else ""
    fit = "fits" if doubt.fits(task) else "does not fit in price or time"
    return f"task {task.task_id}: {task.charged:,} credits at {to_timestamp(task.create_time)}{back}; {fit}"


def _to_json(batch: Batch, settlement: Settlement) -> JsonObject:
    return {
        "version": 1,
        "manifest": batch.manifest.file,
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
        "verdict": _VERDICTS[type(finding)],
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
        case Unproven(reason=reason):
            return reason
        case TooEarly(until=until):
            return f"that no charge is seen counts from {to_timestamp(until)} on"
        case Ambiguous(obstacle=obstacle):
            return obstacle or None
        case Free() | Unasked():
            return None
        case _:
            assert_never(finding)


_VERDICTS: dict[type[Finding], str] = {
    Free: "free",
    TooEarly: "too_early",
    Unproven: "unproven",
    Ambiguous: "candidates",
    Unasked: "not_asked",
}


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
