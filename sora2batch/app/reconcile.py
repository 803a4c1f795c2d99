"""Doubts settled on the command line, and charges compared with prices."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Protocol, TypeAlias

from sora2batch.app.batch.batch import Batch
from sora2batch.app.batch.loader import loader_for
from sora2batch.app.batch.renaming import Renaming, follow_keys
from sora2batch.app.config.settings import configured_queue
from sora2batch.app.execution.settling import backend_of, held, look_into, reconcile_context
from sora2batch.app.output.json_document import print_json
from sora2batch.app.output.output import Printer
from sora2batch.app.process.loop import run_loop
from sora2batch.app.settlement import Settlement, print_settlement, settlement_to_json
from sora2batch.ground.credit_price import priced
from sora2batch.ground.errors import ExitCode, UsageError
from sora2batch.ground.terminal_width import isolated
from sora2batch.lockfile.content import Lockfile
from sora2batch.lockfile.lockfile_store import LockfileStore
from sora2batch.lockfile.task_id import plain_task_id
from sora2batch.reconcile.charge import Audit, audit, earliest_task
from sora2batch.reconcile.doubt import WIDE_MARGIN, Doubt, find_doubts
from sora2batch.reconcile.finding import Ambiguous, Finding, NotChecked
from sora2batch.reconcile.judge import unique_fits
from sora2batch.reconcile.ledger_check import ReconcileContext
from sora2batch.reconcile.settle import (
    Recorder,
    adopt,
    adopt_by_word,
    doubt_of,
    release,
    release_not_charged,
)
from sora2batch.sjinn.answer import LedgerRecord
from sora2batch.sjinn.secret import load_key


class DoubtStore(Recorder, Protocol):
    """Where doubts are known, and how they end is kept: a lockfile, or the database of a fleet."""

    @property
    def lockfile(self) -> Lockfile:
        """Everything that is known now."""
        ...


Look: TypeAlias = Callable[[], Awaitable[tuple[Finding, ...]]]
"""Finds out what can be said of the doubts that are left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconcileRequest:
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

    def renamed(self, renaming: Renaming) -> ReconcileRequest:
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


def reconcile(  # noqa: PLR0913  # a person may want that much settled
    printer: Printer,
    *,
    manifest: Path,
    adopt: tuple[str, ...],
    release: tuple[str, ...],
    auto: bool,
    as_json: bool,
    simulated: bool,
    tools_dirs: Sequence[Path],
) -> ExitCode:
    """Settle what can be settled and tell the rest."""
    request = ReconcileRequest(adopt=adopt, release=release, auto=auto)
    batch = loader_for(tools_dirs, simulated=simulated).load(manifest)
    price = batch.credit_price
    with held(batch) as store:
        request = request.renamed(follow_keys(batch.expansion.jobs, store))
        settlement = run_loop(partial(_settle, batch, store, request, printer))
    if as_json:
        print_json(settlement_to_json(batch.manifest.file, settlement) | priced(price), printer)
    else:
        print_settlement(batch.manifest.file, settlement, printer, price)
    if settlement.findings:
        printer.info("settle the rest with --adopt KEY=TASK_ID, --release KEY or --auto")
    if configured_queue() is not None:
        printer.info("this is about the lockfile; `sora2batch fleet settle` is for calls that workers made")
    return settlement.exit_code


async def _settle(
    batch: Batch, store: LockfileStore, request: ReconcileRequest, printer: Printer
) -> Settlement:
    async with store.session():
        if request.are_offline and not (batch.simulated or load_key(os.environ)):
            return await settle_offline(store, request, printer)
        async with backend_of(batch, store.lockfile) as backend:
            context = reconcile_context(batch, backend)

            async def look() -> tuple[Finding, ...]:
                return await look_into(batch, store.lockfile, context)

            return await settle_online(batch, store, request, context, look, printer)


async def settle_offline(store: DoubtStore, request: ReconcileRequest, printer: Printer) -> Settlement:
    """Release on a person's word, without the ledger."""
    released = await _release(store, request, (), printer)
    nothing = Audit(checked=0, unlisted=(), differences=())
    left = tuple(NotChecked(doubt=doubt) for doubt in find_doubts(store.lockfile))
    return Settlement(adopted=(), released=released, findings=left, audit=nothing)


async def settle_online(  # noqa: PLR0913, PLR0917  # all of it is needed for one settlement
    batch: Batch,
    store: DoubtStore,
    request: ReconcileRequest,
    context: ReconcileContext,
    look: Look,
    printer: Printer,
) -> Settlement:
    """Settle what is asked for with the ledger, and compare charges with prices.

    Raises:
        UsageError: what is asked for cannot be done.
        ApiError: the ledger cannot be read to its end.
        KeyRefusedError: the API refused the key.
    """
    findings = await look()
    adopted = await _adopt(store, request, findings, context, look)
    released = await _release(store, request, findings, printer)
    records = await _charges(store.lockfile, context)
    left = await look()
    checked = audit(store.lockfile, records, batch.catalog)
    return Settlement(
        adopted=adopted,
        released=released,
        matched=len(adopted) > len(request.adopt),
        findings=left,
        audit=checked,
    )


async def _release(
    store: DoubtStore, request: ReconcileRequest, findings: Sequence[Finding], printer: Printer
) -> tuple[str, ...]:
    doubts = find_doubts(store.lockfile)
    named = [doubt_of(key, doubts) for key in request.release]
    for doubt in named:
        await release(doubt, store)
        _warn_of_candidates(doubt, findings, printer)
    still = find_doubts(store.lockfile)
    proven = [finding for finding in findings if finding.doubt in still]
    released = await release_not_charged(proven, store) if request.auto else ()
    return tuple(dict.fromkeys(doubt.entry.key for doubt in [*named, *released]))


def _warn_of_candidates(doubt: Doubt, findings: Sequence[Finding], printer: Printer) -> None:
    for finding in findings:
        if finding.doubt == doubt and isinstance(finding, Ambiguous):
            task = finding.candidates[0]
            printer.error(
                f"warning: {isolated(doubt.entry.key)} is released on your word, but the ledger has the task "
                f"{task.task_id} ({task.charged:,} credits): if it is that job's, it is paid twice"
            )


async def _adopt(
    store: DoubtStore,
    request: ReconcileRequest,
    findings: Sequence[Finding],
    context: ReconcileContext,
    look: Look,
) -> tuple[tuple[str, str], ...]:
    adopted = []
    for key, task_id in map(_key_and_task, request.adopt):
        known = map(plain_task_id, store.lockfile.task_ids() | context.known_elsewhere)
        if plain_task_id(task_id) in known:
            raise UsageError(f"the task {task_id} belongs to another job already")
        doubt = doubt_of(key, find_doubts(store.lockfile))
        if context.host and doubt.attempt.api not in {None, context.host}:
            raise UsageError(f"{key} was sent to {doubt.attempt.api}: {context.host} does not know its tasks")
        await adopt_by_word(task_id, doubt, findings, context.ledger_api, store)
        adopted.append((key, task_id))
    if request.auto:
        for doubt, task in unique_fits(await look()):
            await adopt(doubt, task, store)
            adopted.append((doubt.entry.key, task.task_id))
    return tuple(adopted)


def _key_and_task(text: str) -> tuple[str, str]:
    key, equals, task_id = text.rpartition("=")
    if not equals or not key or not task_id:
        raise UsageError(f"--adopt {text}: write it as KEY=TASK_ID")
    return key, task_id


async def _charges(lockfile: Lockfile, context: ReconcileContext) -> Sequence[LedgerRecord]:
    since = earliest_task(lockfile)
    if since is None:
        return ()
    return (await context.ledger_api.ledger(since=since - WIDE_MARGIN)).records
