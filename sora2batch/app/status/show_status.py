"""A status as lines: what scripts read, and how a run ends."""

from __future__ import annotations

from sora2batch.app.batch.batch import Batch
from sora2batch.app.output.first_keys import first_keys
from sora2batch.app.output.output import Printer
from sora2batch.app.status.waiting_advice import waiting_lines
from sora2batch.ground.terminal_width import isolated, padded, width_of
from sora2batch.ground.text import counted, one_line
from sora2batch.lockfile.entry import State, reasons_of
from sora2batch.plan.job_status import PENDING, JobStatus, Status

_ERROR_ROOM = 1000
_ADVICE = {
    State.IN_DOUBT: "in doubt, may have been charged: `sora2batch reconcile {given}` settles them",
    State.SUBMITTED: "still generating: `sora2batch run {run}` waits for them",
    PENDING: "not submitted: `sora2batch run {run}` submits them",
    State.FAILED: "failed: `sora2batch run {run} --retry-failed` submits them again, for credits",
    State.REJECTED: "rejected, uncharged: mend the manifest, or `sora2batch run {run} --retry-failed`",
}
"""What to do about a state; each command can be given as it stands."""
_SHARED_ADVICE = _ADVICE | {
    State.IN_DOUBT: "in doubt, may have been charged: `sora2batch fleet settle {given}` settles them",
    PENDING: "not submitted yet: workers submit what is reserved; `sora2batch run {run}` reserves the rest",
}
"""The same of a batch that workers carry out: what they have sent is settled where they keep it."""


def print_status(batch: Batch, status: Status, printer: Printer) -> None:
    """Print a line a job, the counts, the credits, and what to do next."""
    printer.output(f"{status.manifest}: {counted(len(status.jobs), 'job')}")
    width = max((width_of(one.job.key) for one in status.jobs), default=0)
    printer.output_listing(_job_line(one, width) for one in status.jobs)
    print_summary(batch, status, printer)


def _job_line(one: JobStatus, width: int) -> str:
    error = one.entry.primary.error if one.entry else None
    told = f"  {one_line(error.message, _ERROR_ROOM)}" if error else ""
    told = f"  {one.wait.reason}" if one.wait else told
    look = f"  look at it: {one_line(reasons_of(one.look), _ERROR_ROOM)}" if one.look else ""
    return f"  {one.state:<9}  {padded(isolated(one.job.key), width)}  {one.credits:>6,}{told}{look}"


def print_summary(batch: Batch, status: Status, printer: Printer, missing_files: int = 0) -> None:
    """Print the counts and the credits, and the commands to go on with.

    Args:
        batch: what it is about.
        status: as the lockfile has it.
        printer: where it goes.
        missing_files: of how many jobs a run has found files missing that the lockfile has.
    """
    money, states = status.money, status.states
    counted = ", ".join(f"{count:,} {state.replace('_', ' ')}" for state, count in sorted(states.items()))
    printer.output(counted or "no jobs")
    doubt = f" (of it {money.in_doubt:,} in doubt)" if money.in_doubt else ""
    price = batch.credit_price
    beside = f" ({price.money_for(money.spent)} of {price.money_for(money.budget)})" if price else ""
    printer.output(f"credits: {money.spent:,} spent{doubt} of {money.budget:,}{beside}")
    for state, advice in (_SHARED_ADVICE if batch.is_shared else _ADVICE).items():
        if states[state]:
            told = advice.replace("{given}", batch.arguments).replace("{run}", batch.run_arguments)
            printer.output(f"next: {states[state]:,} {told}")
    for told in waiting_lines(batch, status):
        printer.output(f"next: {told}")
    if missing := max(missing_files, sum(one.lacks_file for one in status.jobs)):
        command = f"sora2batch download {batch.arguments}"
        printer.output(f"next: {missing:,} done but not downloaded: `{command}` fetches them")
    if seen := [one.job.key for one in status.jobs if one.look]:
        printer.output(f"to look at: {len(seen):,}: {first_keys(seen)}")
    if twice := [one.job.key for one in status.jobs if one.is_paid_twice]:
        command = f"sora2batch explain {batch.arguments} KEY"
        printer.output(
            f"paid more than once: {len(twice):,}: {first_keys(twice)} (`{command}` shows the tasks)"
        )


def print_outcome(batch: Batch, status: Status, printer: Printer, missing_files: int) -> None:
    """Print what a run came to, and where things are."""
    print_summary(batch, status, printer, missing_files)
    printer.output(f"clips:    {batch.output_dir}")
    printer.output(f"lockfile: {batch.lock_path}")
    printer.output(f"gallery:  `sora2batch report {batch.arguments}` writes it")
