"""A status as lines: what scripts read, and how a run ends."""

from __future__ import annotations

from sora2batch.cells import isolated, padded, width_of
from sora2batch.cli.batch import Batch
from sora2batch.cli.result import echo, echo_lines
from sora2batch.lockfile.entry import State
from sora2batch.plan.excerpt import one_line
from sora2batch.plan.status import PENDING, JobStatus, Status

_ERROR_ROOM = 1000
_ADVICE = {
    State.IN_DOUBT: "in doubt: may have been charged; they are never submitted again by themselves",
    State.SUBMITTED: "still generating: `sora2batch run` waits for them",
    PENDING: "not submitted: `sora2batch run` submits them",
    State.FAILED: "failed: `sora2batch run --retry-failed` submits them again",
    State.REJECTED: "rejected: mend the manifest, or try --retry-failed",
}


def echo_status(status: Status) -> None:
    """Print a line a job, the counts, the credits, and what to do next."""
    count = len(status.jobs)
    echo(f"{status.manifest}: {count:,} {'job' if count == 1 else 'jobs'}")
    width = max((width_of(one.job.key) for one in status.jobs), default=0)
    echo_lines(_job_line(one, width) for one in status.jobs)
    echo_summary(status)


def _job_line(one: JobStatus, width: int) -> str:
    error = one.entry.primary.error if one.entry else None
    told = f"  {one_line(error.message, _ERROR_ROOM)}" if error else ""
    return f"  {one.state:<9}  {padded(isolated(one.job.key), width)}  {one.credits:>6,}{told}"


def echo_summary(status: Status) -> None:
    """Print the counts and the credits."""
    money, states = status.money, status.states
    counted = ", ".join(f"{count:,} {state.replace('_', ' ')}" for state, count in sorted(states.items()))
    echo(counted or "no jobs")
    doubt = f" (of it {money.in_doubt:,} in doubt)" if money.in_doubt else ""
    echo(f"credits: {money.spent:,} spent{doubt} of {money.budget:,}")
    for state, advice in _ADVICE.items():
        if states[state]:
            echo(f"next: {states[state]:,} {advice}")
    if missing := sum(one.lacks_file for one in status.jobs):
        echo(f"next: {missing:,} done but not downloaded: `sora2batch download` fetches them")


def echo_outcome(batch: Batch, status: Status) -> None:
    """Print what a run came to, and where things are."""
    echo_summary(status)
    echo(f"clips:    {batch.output_dir}")
    echo(f"lockfile: {batch.lock_path}")
    echo(f"gallery:  `sora2batch report {batch.arguments}` writes it")
