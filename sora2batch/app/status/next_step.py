"""What to type next."""

from __future__ import annotations

from sora2batch.app.batch.snapshot import BatchSnapshot
from sora2batch.app.status.waiting_advice import gate_lines
from sora2batch.lockfile.entry import State
from sora2batch.plan.image_refusal import is_image_refused
from sora2batch.plan.job_status import PENDING, WAITING
from sora2batch.plan.status_category import StatusCategory


def next_step(snapshot: BatchSnapshot) -> str:
    """Say in a line what to do about a batch: what keeps money waiting first, then what costs more."""
    states, given = snapshot.overview.total.states, snapshot.arguments
    if snapshot.holder:
        return "wait: a run is under way"
    if states[State.IN_DOUBT]:
        return f"sora2batch reconcile {given}"
    if StatusCategory.OPEN in snapshot.categories:
        return f"sora2batch run {given}"
    if StatusCategory.NOT_DOWNLOADED in snapshot.categories:
        return f"sora2batch download {given}"
    if states[PENDING]:
        return _about_pending(snapshot)
    for told in gate_lines(snapshot.batch, snapshot.status):
        return told
    if states[State.FAILED] and _can_be_retried(snapshot):
        return f"sora2batch run {given} --retry-failed"
    if states[State.FAILED]:
        return "change the pictures that the API refused, then run it again"
    if states[State.REJECTED]:
        return "mend the manifest where jobs were rejected, then run it again"
    if states[WAITING]:
        return f"sora2batch run {given}"
    return f"nothing is left to do; the files are in {snapshot.batch.output_dir}"


def _can_be_retried(snapshot: BatchSnapshot) -> bool:
    """Tell whether --retry-failed submits anything: jobs whose picture was refused are left out."""
    failed = (one.entry for one in snapshot.status.jobs if one.state == State.FAILED)
    return any(entry and not is_image_refused(entry) for entry in failed)


def _about_pending(snapshot: BatchSnapshot) -> str:
    money, given = snapshot.status.money, snapshot.arguments
    if not money.within_budget:
        return f"the pending jobs are {-money.left:,} credits over the budget: sora2batch plan {given}"
    return f"sora2batch run {given}"
