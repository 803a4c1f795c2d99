"""A finished attempt with one file, and the file as it lies in an output folder."""

from __future__ import annotations

from hashlib import sha256
from typing import TypeVar

from fakes.footage import mp4
from sora2batch.ground.clock import moment_of
from sora2batch.ground.job import Credits
from sora2batch.lockfile.entry import Attempt, ErrorNote, Output, State
from sora2batch.run.artifact import Artifacts

A = TypeVar("A", bound=Artifacts)
DATA = mp4(b"a short clip")
FINISHED = "2026-11-22T09:03:10Z"


def finished(*outputs: Output, finished_at: str | None = FINISHED, error: str | None = None) -> Attempt:
    """An attempt whose task is done."""
    return Attempt(
        state=State.COMPLETED,
        credits=Credits(420),
        task_id="task",
        finished_at=finished_at,
        outputs=outputs,
        error=ErrorNote(message=error) if error else None,
    )


def recorded(path: str | None = "a.mp4", data: bytes = DATA) -> Output:
    """What a lockfile says of a file."""
    return Output(path=path, sha256=sha256(data).hexdigest(), bytes=len(data))


def with_clip(artifacts: A) -> A:
    """Put the clip into the folder, as a run leaves it."""
    (artifacts.root / "a.mp4").write_bytes(DATA)
    artifacts.stamp(artifacts.root / "a.mp4", moment_of(FINISHED))
    return artifacts
