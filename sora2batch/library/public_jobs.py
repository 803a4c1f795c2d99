"""The jobs of a manifest, in its order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload

from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.job import Job
from sora2batch.ground.text import counted
from sora2batch.library.html_table import block, heading, shown, table
from sora2batch.library.rows import job_row


class Jobs(Sequence[Job]):
    """Every job that a manifest asks for, in its order; a sequence that is never changed."""

    __slots__ = ("_jobs",)

    def __init__(self, jobs: Sequence[Job]) -> None:
        self._jobs = tuple(jobs)

    @overload
    def __getitem__(self, index: int) -> Job: ...
    @overload
    def __getitem__(self, index: slice) -> Jobs: ...
    def __getitem__(self, index: int | slice) -> Job | Jobs:
        return Jobs(self._jobs[index]) if isinstance(index, slice) else self._jobs[index]

    def __len__(self) -> int:
        return len(self._jobs)

    def __repr__(self) -> str:
        return shown(f"Jobs: {self._line}")

    @property
    def credits(self) -> int:
        """What all of them cost by the catalogue, in credits."""
        return sum(job.credits for job in self._jobs)

    def to_dicts(self) -> list[JsonObject]:
        """Write a flat row a job; *shape*: one for each job, in order."""
        return [job_row(job) for job in self._jobs]

    def _repr_html_(self) -> str:
        rows = ((job.key, job.tool_type, job.credits, str(job.input.get("prompt", ""))) for job in self._jobs)
        columns = ("key", "tool", "credits", "prompt")
        return block(heading(self._line), table(columns, rows, len(self._jobs)))

    @property
    def _line(self) -> str:
        return f"{counted(len(self), 'job')}, {self.credits:,} credits"
