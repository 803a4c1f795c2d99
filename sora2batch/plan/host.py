"""Whether the API that is to be asked is the one that knows a plan's tasks."""

from __future__ import annotations

from collections.abc import Iterator

from sora2batch.ground.errors import UsageError
from sora2batch.ground.option_words import option
from sora2batch.lockfile.entry import Attempt, State
from sora2batch.plan.action import Action, Plan, PlannedJob

_ASKING = {Action.RESUME, Action.DOWNLOAD}


def check_host(plan: Plan, host: str, *, variable: str) -> None:
    """Refuse to ask a host about tasks that another one made: whatever it says, it would be of other tasks.

    Args:
        plan: what is to be waited for and fetched; lines that do not say where they were made are believed.
        host: where the API is now.
        variable: what says so, for the message.

    Raises:
        UsageError: names a task, the host that made it, and the way out.
    """
    strangers = [
        (planned, attempt)
        for planned in plan.jobs
        if planned.action in _ASKING
        for attempt in _asked_about(planned)
        if attempt.api not in {None, host}
    ]
    if not strangers:
        return
    planned, attempt = strangers[0]
    count = "a task was" if len(strangers) == 1 else f"{len(strangers):,} tasks were"
    raise UsageError(
        f"{plan.manifest}: {count} made at {attempt.api}, which alone knows them, and the API is {host} now: "
        f"{planned.job.key} ({attempt.task_id})",
        hint=f"set {variable} to the address at {attempt.api}, or leave them out with {option('select')}",
    )


def _asked_about(planned: PlannedJob) -> Iterator[Attempt]:
    if planned.entry is None:
        return
    yield planned.entry.primary
    yield from (one for one in planned.entry.attempts[1:] if one.state is State.SUBMITTED)
