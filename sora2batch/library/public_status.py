"""Where the jobs of a batch stand, as scripts read it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from sora2batch.app.batch.batch import Batch
from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.text import counted
from sora2batch.library.cards import cards
from sora2batch.library.html_table import block, heading, line, shown
from sora2batch.library.rows import Locate, status_row
from sora2batch.plan import job_status
from sora2batch.plan.action import Money
from sora2batch.plan.job_status import JobStatus
from sora2batch.plan.overview import words_of


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class Status:
    """Where every job of a batch stands at one moment, by its lockfile."""

    internal: tuple[Batch, job_status.Status]
    """Not part of the promise: it may change in any release."""

    @property
    def jobs(self) -> tuple[JobStatus, ...]:
        """Every job of the manifest, in its order."""
        return self.internal[1].jobs

    @property
    def states(self) -> Counter[str]:
        """How many jobs are in each state; ``pending`` are those that were never submitted."""
        return self.internal[1].states

    @property
    def money(self) -> Money:
        """The sums, in credits."""
        return self.internal[1].money

    def paths(self, job: JobStatus | str) -> tuple[Path, ...]:
        """Tell where the files of a job lie; *shape*: one for each file that was fetched, mostly one.

        Args:
            job: one of ``jobs``, or a job's key, which is looked for.

        Raises:
            KeyError: no job has this key.
        """
        found = self._job(job) if isinstance(job, str) else job
        outputs = found.entry.primary.outputs if found.entry else ()
        located = (self._locate(output) for output in outputs if output.sha256)
        return tuple(path for path in located if path)

    def to_dicts(self) -> list[JsonObject]:
        """Write a flat row a job; *shape*: as ``jobs``."""
        return [status_row(one, self._locate) for one in self.jobs]

    def to_json(self) -> JsonObject:
        """Make the document that ``sora2batch status --json`` prints.

        Raises:
            UsageError: a setting is no good.
        """
        batch, status = self.internal
        return job_status.status_to_json(status, batch.credit_price)

    def __repr__(self) -> str:
        return shown(f"Status of {self.internal[1].manifest}: {self._line}")

    def _repr_html_(self) -> str:
        batch, status = self.internal
        return block(
            heading(f"{status.manifest}: {counted(len(status.jobs), 'job')}"),
            line(self._line),
            cards(status, batch.output_dir),
        )

    def _job(self, key: str) -> JobStatus:
        found = next((one for one in self.jobs if one.job.key == key), None)
        if found is None:
            raise KeyError(key)
        return found

    @property
    def _locate(self) -> Locate:
        return self.internal[0].artifacts.locate

    @property
    def _line(self) -> str:
        states, money = self.states, self.money
        told = words_of(states, sorted(states)) or "no jobs"
        return f"{told}; {money.spent:,} of {money.budget:,} credits spent"
