"""A batch, as scripts hold it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sora2batch.app.batch import batch
from sora2batch.app.batch.snapshot import status_of
from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.errors import Sora2BatchError
from sora2batch.ground.text import counted
from sora2batch.library.cards import cards
from sora2batch.library.html_table import block, bullets, heading, line, shown
from sora2batch.library.public_jobs import Jobs


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class Batch:
    """A manifest that was read, checked and expanded; made by ``load``.

    It stays what it was when it was read, whatever becomes of the file. What has been paid for is read anew
    from the lockfile by whoever asks.
    """

    internal: batch.Batch
    """Not part of the promise: it may change in any release."""

    @property
    def path(self) -> Path:
        """The manifest; absolute, so that a change of the working folder leads nowhere else."""
        return self.internal.manifest.path

    @property
    def name(self) -> str:
        """What the manifest is called."""
        return self.internal.manifest.name

    @property
    def simulated(self) -> bool:
        """Whether it is carried out by the simulator, which costs nothing."""
        return self.internal.simulated

    @property
    def budget(self) -> int:
        """What it may cost over all its runs, in credits."""
        return self.internal.budget

    @property
    def jobs(self) -> Jobs:
        """Every job that the manifest asks for, in its order."""
        return Jobs(self.internal.expansion.jobs)

    @property
    def notices(self) -> tuple[str, ...]:
        """What is to be said of the manifest though it has no mistake."""
        return self.internal.notices + self.internal.expansion.notices

    @property
    def lockfile_path(self) -> Path:
        """Where what was paid for is written down: ``NAME.lock.jsonl``, simulated ``NAME.sim.lock.jsonl``."""
        return self.internal.lock_path

    @property
    def output_dir(self) -> Path:
        """Where results go."""
        return self.internal.output_dir

    def to_dicts(self) -> list[JsonObject]:
        """Write a flat row a job; *shape*: as ``jobs``."""
        return self.jobs.to_dicts()

    def __repr__(self) -> str:
        return shown(f"Batch {self.path.name}: {self._line}")

    def _repr_html_(self) -> str:
        return block(heading(f"{self.name}: {self._line}"), bullets(self.notices), self._cards)

    @property
    def _cards(self) -> str:
        try:
            status = status_of(self.internal)
        except Sora2BatchError as error:  # what cannot be read is no reason to show nothing
            return line(error.message)
        money = status.money
        spent = line(f"{money.spent:,} of {money.budget:,} credits spent")
        return spent + cards(status, self.output_dir)

    @property
    def _line(self) -> str:
        return f"{counted(len(self.jobs), 'job')}{', simulated' if self.simulated else ''}"
