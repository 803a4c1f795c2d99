"""Every problem found while a manifest is expanded; what many jobs share is said once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum

from sora2batch.ground.problem import DataPath, Problem
from sora2batch.manifest.manifest_error import ManifestError
from sora2batch.manifest.model import Manifest
from sora2batch.matrix.affected import AffectedJobs
from sora2batch.matrix.whereabouts import Reading, Row, Whereabouts, Written

_MOST_KEPT = 10_000
_MOST_SOURCES = 3


class Spot(Enum):
    """Which end of a path is wrong."""

    VALUE = "value"
    KEY = "key"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fault:
    """What is wrong with one job or many."""

    path: DataPath
    message: str
    hint: str | None
    spot: Spot


class Diagnostics:
    """Collects problems of one manifest."""

    def __init__(self, manifest: Manifest, whereabouts: Whereabouts) -> None:
        self._document = manifest.document
        self._whereabouts = whereabouts
        self._problems: dict[Problem, None] = {}
        self._shared: dict[_Fault, AffectedJobs] = {}
        self._rows: dict[Problem, AffectedJobs] = {}

    def add(self, path: DataPath, message: str, *, hint: str | None = None) -> None:
        """Note something that is wrong at one place of the manifest."""
        self.add_all([self._problem(path, message, hint)])

    def add_for_value(self, written: Written, message: str, *, hint: str, key: str | None) -> None:
        """Note something that is wrong with a value, where it is written; once for all its jobs."""
        spot = self._whereabouts.spot(written)
        if not isinstance(spot, Row):
            self.add_for_job(spot, message, hint=hint, key=key)
            return
        row = Problem(file=spot.file, position=spot.position, path=spot.path, message=message, hint=hint)
        jobs = self._rows.setdefault(row, AffectedJobs())
        if key is not None:
            jobs.add(key)

    def add_all(self, problems: Iterable[Problem]) -> None:
        """Note problems whose place is known, such as those of a data file; each one counts once."""
        self._problems.update(dict.fromkeys(problems))

    def add_for_job(  # noqa: PLR0913  # a fault has that many sides
        self,
        path: DataPath,
        message: str,
        *,
        hint: str | None,
        key: str | None,
        spot: Spot = Spot.VALUE,
        reading: Reading | None = None,
    ) -> None:
        """Note something that is wrong with one job; the same fault at the same place is told once.

        ``key`` is None where it is wrong whatever the jobs will be; ``reading`` is what the template at the
        path read.
        """
        fault = _Fault(path=path, message=message, hint=hint, spot=spot)
        jobs = self._shared.setdefault(fault, AffectedJobs())
        if key is not None:
            jobs.add(key)
        if reading and len(jobs.sources) < _MOST_SOURCES:
            jobs.sources.update(dict.fromkeys(self._whereabouts.sources(reading)))

    def close(self) -> None:
        """End the search.

        Raises:
            ManifestError: with all that was found.
        """
        problems = list(self._problems)
        problems += [
            replace(
                self._problem(fault.path, f"{fault.message}{jobs}", fault.hint, fault.spot),
                sources=tuple(jobs.sources)[:_MOST_SOURCES],
            )
            for fault, jobs in self._shared.items()
        ]
        problems += [replace(row, message=f"{row.message}{jobs}") for row, jobs in self._rows.items()]
        if problems:
            raise ManifestError(_most_important(problems))

    def _problem(self, path: DataPath, message: str, hint: str | None, spot: Spot = Spot.VALUE) -> Problem:
        document = self._document
        position = document.key_position(path) if spot is Spot.KEY else document.position(path)
        return Problem(file=document.file, position=position, path=path, message=message, hint=hint)


def _most_important(problems: list[Problem]) -> list[Problem]:
    """Cut a list that nobody would read to its end."""
    if len(problems) <= _MOST_KEPT:
        return problems
    ordered = ManifestError(problems).problems
    # It stands where the last one does, and the ellipsis sorts it behind all others there.
    rest = replace(
        ordered[-1], message=f"\N{HORIZONTAL ELLIPSIS} and {len(problems) - _MOST_KEPT} more", hint=None
    )
    return [*ordered[:_MOST_KEPT], rest]
