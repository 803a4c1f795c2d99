"""A batch as somebody looks at it: where its jobs stand, and who is at work on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sora2batch.app.batch.batch import Batch
from sora2batch.ground.credit_price import CreditPrice
from sora2batch.lockfile.content import Lockfile
from sora2batch.lockfile.hold import Holder, lock_holder
from sora2batch.plan.decision import Decision
from sora2batch.plan.job_status import JobStatus, Status, make_status, with_waiting
from sora2batch.plan.overview import Overview, overview_of
from sora2batch.plan.status_category import StatusCategory, by_category
from sora2batch.plan.waiting import waiting_jobs


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchSnapshot:
    """One batch at one moment."""

    batch: Batch
    lockfile: Lockfile
    status: Status
    overview: Overview
    categories: Mapping[StatusCategory, tuple[JobStatus, ...]]
    holder: Holder | None
    """Who runs it just now."""
    credit_price: CreditPrice | None = None

    @property
    def is_at_rest(self) -> bool:
        """Tell whether nothing will change by itself: no task is open and nobody runs it."""
        return self.holder is None and StatusCategory.OPEN not in self.categories

    @property
    def arguments(self) -> str:
        """What a command of ours is to be given so that it means this batch."""
        return self.batch.arguments


def status_of(batch: Batch) -> Status:
    """Read a batch's lockfile, a dead run's journal included, and make its status.

    Raises:
        LockfileError: it cannot be read.
    """
    return status_at(batch, batch.read_lockfile())


def status_at(batch: Batch, lockfile: Lockfile) -> Status:
    """Tell where every job stands by what a lockfile says; those that wait for others are among them."""
    now = batch.at(lockfile).expansion
    status = make_status(batch.manifest.file, now.jobs, lockfile, batch.budget)
    if now.stages is None:
        return status
    others = (*now.stages.waiting, *(job for job, _ in now.stages.alike))
    decision = Decision(
        entries=lockfile.entries,
        former={},
        retry_failed=False,
        force=False,
        file_fault=batch.artifacts.quick_fault,
    )
    return with_waiting(status, now.stages.asked, waiting_jobs(now.stages, others, decision))


def look_at(batch: Batch) -> BatchSnapshot:
    """Read everything that can be seen of a batch; nothing is written.

    Raises:
        LockfileError: its lockfile cannot be read.
        UsageError: a setting is no good.
    """
    # The holder first: a run that ends in between has left its last word in the file by then.
    holder = lock_holder(batch.lock_path)
    lockfile = batch.read_lockfile()
    batch = batch.at(lockfile)
    status = status_at(batch, lockfile)
    return BatchSnapshot(
        batch=batch,
        lockfile=lockfile,
        status=status,
        overview=overview_of(status),
        categories=by_category(status),
        holder=holder,
        credit_price=batch.credit_price,
    )
