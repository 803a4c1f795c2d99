"""Entries and attempts for tests of the lockfile, with as little said as possible."""

from __future__ import annotations

from sora2batch.ground.job import Credits, fingerprint_of
from sora2batch.lockfile.entry import Attempt, Entry, State

TOOL = "sora2-text-to-video-api"
DIGEST = "0123456789abcdef" * 4


def attempt(state: State, task_id: str | None = None, **more) -> Attempt:
    """An attempt that costs 420 unless it is rejected or withdrawn."""
    price = 0 if state in {State.REJECTED, State.WITHDRAWN} else 420
    return Attempt(state=state, task_id=task_id, **{"credits": Credits(price), **more})


def in_doubt(**more) -> Attempt:
    return attempt(State.IN_DOUBT, **more)


def withdrawn(**more) -> Attempt:
    return attempt(State.WITHDRAWN, **more)


def rejected(**more) -> Attempt:
    return attempt(State.REJECTED, **more)


def submitted(task_id: str = "task-a", **more) -> Attempt:
    return attempt(State.SUBMITTED, task_id, **more)


def failed(task_id: str = "task-a", **more) -> Attempt:
    return attempt(State.FAILED, task_id, **more)


def completed(task_id: str = "task-a", **more) -> Attempt:
    return attempt(State.COMPLETED, task_id, **more)


def entry_of(*attempts: Attempt, name: str = "fox", key: str | None = None, take: int = 1) -> Entry:
    """An entry of the job that is called so; the same name is the same job."""
    input = {"prompt": f"a {name}", "mode": "std"}
    return Entry(
        key=key or f"hero/{name}",
        fingerprint=fingerprint_of(TOOL, input, take),
        tool_type=TOOL,
        take=take,
        input=input,
        attempts=attempts,
    )
