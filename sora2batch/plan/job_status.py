"""Where every job of a manifest stands, as a value and as the document of ``status --json``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from sora2batch.ground.canonical import JsonObject, JsonValue
from sora2batch.ground.credit_price import CreditPrice, priced
from sora2batch.ground.garbage import collector_paused
from sora2batch.ground.job import Credits, Job
from sora2batch.ground.pending_job import AskedJob
from sora2batch.lockfile.content import Lockfile
from sora2batch.lockfile.entry import Attempt, Entry, Look, Output, State
from sora2batch.plan.action import Action, Money, WaitingJob

PENDING = "pending"
"""The state of a job that is not in the lockfile."""
WAITING = "waiting"
"""The state of a job that rests on what is not made yet."""
BLOCKED = "blocked"
"""The state of a job that rests on what failed."""
_WAITS = {Action.WAIT: WAITING, Action.BLOCKED: BLOCKED}


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStatus:
    """One job and what the lockfile knows of it."""

    job: AskedJob
    entry: Entry | None
    wait: WaitingJob | None = None
    """What it waits for, where it rests on others that are not done."""

    @property
    def state(self) -> str:
        """A state of the lockfile, or ``pending``, ``waiting`` or ``blocked``."""
        if self.wait:
            return _WAITS[self.wait.action]
        return self.entry.state.value if self.entry else PENDING

    @property
    def gate(self) -> str | None:
        """The picks file that it waits for, if somebody has to pick first."""
        return self.wait.job.gate if self.wait and self.wait.action is Action.WAIT else None

    @property
    def is_open(self) -> bool:
        """Tell whether a task of it, be it a second one, has not ended yet."""
        if self.entry is None:
            return False
        return any(attempt.state is State.SUBMITTED for attempt in self.entry.attempts)

    @property
    def lacks_file(self) -> bool:
        """Tell whether it is done, but no file of it was ever fetched."""
        if self.entry is None or self.entry.state is not State.COMPLETED:
            return False
        return not any(output.sha256 for output in self.entry.primary.outputs)

    @property
    def is_paid_twice(self) -> bool:
        """Tell whether several tasks of it were paid for and none of them failed."""
        return self.entry is not None and self.entry.is_paid_twice

    @property
    def look(self) -> Look:
        """What somebody should look at in its files."""
        outputs = self.entry.primary.outputs if self.entry else ()
        return tuple(one for output in outputs for one in output.look)

    @property
    def credits(self) -> Credits:
        """What it cost; its price where it was not submitted yet, and nothing where it is blocked."""
        if self.wait:
            return self.wait.credits
        return self.entry.spent if self.entry else self.job.credits


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Where every job stands."""

    manifest: str
    jobs: tuple[JobStatus, ...]
    """In the manifest's order."""
    money: Money
    is_staged: bool = False
    """Whether the manifest has jobs that are made from the results of others."""

    @property
    def states(self) -> Counter[str]:
        """How many jobs are in each state."""
        return Counter(status.state for status in self.jobs)


def make_status(manifest: str, jobs: Sequence[Job], lockfile: Lockfile, budget: Credits) -> Status:
    """Hold the jobs of a manifest against its lockfile."""
    with collector_paused():
        found = tuple(JobStatus(job=job, entry=lockfile.get(job.fingerprint)) for job in jobs)
    return Status(manifest=manifest, jobs=found, money=money_of(jobs, lockfile, budget))


def with_waiting(status: Status, asked: Sequence[AskedJob], waiting: Sequence[WaitingJob]) -> Status:
    """Add the jobs that wait to a status of those whose requests are known.

    Args:
        status: of these.
        asked: all of them, in the manifest's order.
        waiting: what the others wait for.
    """
    known = {one.job.key: one for one in status.jobs}
    known |= {one.job.key: JobStatus(job=one.job, entry=None, wait=one) for one in waiting}
    later = Credits(sum(one.credits for one in waiting))
    return Status(
        manifest=status.manifest,
        jobs=tuple(known[job.key] for job in asked if job.key in known),
        money=status.money._replace(later=later),
        is_staged=True,
    )


def money_of(jobs: Sequence[Job], lockfile: Lockfile, budget: Credits) -> Money:
    """Hold what was spent, and what the other jobs cost, against the budget."""
    known = lockfile.entries
    to_spend = Credits(sum([job.credits for job in jobs if job.fingerprint not in known]))
    return Money(budget=budget, spent=lockfile.spent, in_doubt=lockfile.in_doubt_credits, to_spend=to_spend)


def status_to_json(status: Status, price: CreditPrice | None = None) -> JsonObject:
    """Turn a status into the document of ``status --json``."""
    money = status.money
    states = status.states
    return {
        "version": 1,
        "manifest": status.manifest,
        "jobs": [_job(one) for one in status.jobs],
        "summary": {
            "jobs": len(status.jobs),
            "states": {state: states[state] for state in [PENDING, *_VISIBLE, *_staged(status)]},
            "credits": {
                "budget": money.budget,
                "spent": money.spent,
                "in_doubt": money.in_doubt,
                "to_spend": money.to_spend,
                **({"later": money.later} if status.is_staged else {}),
                "remaining": money.remaining,
            },
        },
        **priced(price),
    }


_VISIBLE = [state.value for state in State if state is not State.WITHDRAWN]


def _staged(status: Status) -> list[str]:
    return [WAITING, BLOCKED] if status.is_staged else []


def _job(status: JobStatus) -> JsonObject:
    attempt = status.entry.primary if status.entry else None
    return {
        "key": status.job.key,
        "fingerprint": status.job.fingerprint,
        "state": status.state,
        "task_id": attempt.task_id if attempt else None,
        "credits": status.credits,
        "outputs": [_output(output) for output in attempt.outputs] if attempt else [],
        "error": _error(attempt),
        **({"reason": status.wait.reason} if status.wait else {}),
    }


def _output(output: Output) -> JsonValue:
    fields: JsonObject = {
        "url": output.url,
        "path": output.path,
        "sha256": output.sha256,
        "bytes": output.bytes,
        "stored": output.stored or None,
        "look": cast("JsonObject", dict(output.look)) or None,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _error(attempt: Attempt | None) -> JsonValue:
    if attempt is None or attempt.error is None:
        return None
    return {"code": attempt.error.code, "message": attempt.error.message}
