"""A lockfile held, and doubts looked into: by `reconcile`, and by every `run` before it plans."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, assert_never

from sora2batch.app.batch.batch import Batch
from sora2batch.app.output.output import Printer
from sora2batch.app.process.loop import run_loop
from sora2batch.ground.clock import SystemClock
from sora2batch.ground.errors import Sora2BatchError
from sora2batch.ground.job import Fingerprint
from sora2batch.ground.text import counted
from sora2batch.lockfile.content import Lockfile
from sora2batch.lockfile.entry import State
from sora2batch.lockfile.lockfile_store import LockfileStore
from sora2batch.reconcile.doubt import find_doubts
from sora2batch.reconcile.finding import Ambiguous, Finding, Inconclusive, NotCharged, NotChecked, TooEarly
from sora2batch.reconcile.ledger_check import ReconcileContext, check_doubts
from sora2batch.reconcile.settle import release_not_charged
from sora2batch.sjinn.secret import load_key

if TYPE_CHECKING:
    from sora2batch.app.backend.backend import Backend


@contextmanager
def held(batch: Batch) -> Iterator[LockfileStore]:
    """Hold a batch's lockfile; whatever happens, let go of it.

    Raises:
        LockHeldError: another run has it.
        LockfileError: it cannot be read.
    """
    store = LockfileStore.open(batch.lock_path, manifest=batch.manifest.file, clock=SystemClock())
    try:
        yield store
    finally:
        run_loop(store.close)


@asynccontextmanager
async def backend_of(batch: Batch, lockfile: Lockfile) -> AsyncIterator[Backend]:
    """Open the API that a batch belongs to."""
    from sora2batch.app.backend.open_backend import real_backend, simulated_backend  # noqa: PLC0415  # loads the network

    opening = simulated_backend(batch.catalog, lockfile, {}) if batch.simulated else real_backend(os.environ)
    async with opening as backend:
        yield backend


async def settle_before_planning(
    batch: Batch, store: LockfileStore, printer: Printer, *, only: Collection[Fingerprint] | None = None
) -> None:
    """Take back what the ledger proves was never charged, so that the plan can submit it; tell the rest.

    Where jobs are named, only their doubts are settled. Without a key, or where the ledger cannot be read,
    everything stays in doubt.
    """
    if not _has_doubts(store.lockfile, only) or not (batch.simulated or load_key(os.environ)):
        return
    try:
        async with store.session(), backend_of(batch, store.lockfile) as backend:
            findings = [
                finding
                for finding in await look_into(batch, store.lockfile, reconcile_context(batch, backend))
                if only is None or finding.doubt.entry.fingerprint in only
            ]
            await release_not_charged(findings, store)
    except Sora2BatchError as error:
        printer.info(f"jobs in doubt stay so: {error.message}")
        return
    for finding in findings:
        printer.info(describe_finding(finding))


async def look_into(batch: Batch, lockfile: Lockfile, context: ReconcileContext) -> tuple[Finding, ...]:
    """Find out what can be said of a batch's doubts.

    Raises:
        ApiError: the ledger cannot be read to its end.
        KeyRefusedError: the API refused the key.
    """
    if batch.simulated:
        # Each run has a simulator of its own: what an earlier one was told is gone, and cost nothing.
        return tuple(NotCharged(doubt=doubt) for doubt in find_doubts(lockfile))
    return await check_doubts(lockfile, context)


def reconcile_context(batch: Batch, backend: Backend) -> ReconcileContext:
    """Get ready to look into a batch's doubts; what the lockfiles beside it know is taken into account."""
    beside = tuple(batch.lockfiles_beside().values())
    return ReconcileContext(ledger_api=backend.api, clock=backend.clock, host=backend.host, beside=beside)


def describe_finding(finding: Finding, *, command: str = "reconcile") -> str:
    """Word what the ledger says about a doubt, and which command settles it."""
    key = finding.doubt.entry.key
    match finding:
        case NotCharged():
            return f"in doubt no longer: {key} was never charged; it can be submitted"
        case TooEarly(until=until):
            return f"in doubt: {key}: no charge so far; that counts from {until:%H:%M:%S} UTC on"
        case Inconclusive(reason=reason):
            return f"in doubt: {key}: no charge is seen, but {reason}; `sora2batch {command}` settles it"
        case NotChecked():
            return f"in doubt: {key}"
        case Ambiguous(candidates=candidates):
            return (
                f"in doubt: {key}: the ledger has {counted(len(candidates), 'task')} that may be it; "
                f"`sora2batch {command}` shows them"
            )
        case _:
            assert_never(finding)


def _has_doubts(lockfile: Lockfile, only: Collection[Fingerprint] | None) -> bool:
    return any(
        attempt.state is State.IN_DOUBT
        for fingerprint, entry in lockfile.entries.items()
        if only is None or fingerprint in only
        for attempt in entry.attempts
    )
