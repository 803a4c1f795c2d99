"""Every problem found while a manifest is expanded; what many jobs share is said once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from sora2batch.ground.problem import Fault, Problem, Source
from sora2batch.ground.rule import Rule
from sora2batch.manifest.manifest_error import ManifestError
from sora2batch.manifest.model import Manifest
from sora2batch.matrix.source_location import DataFileLocation, LabelledValue, SourceLocator, TemplateReads

_MOST_KEPT = 10_000
_MOST_SOURCES = 3


@dataclass(slots=True, kw_only=True)
class AffectedJobs:
    """The jobs that share a problem or a notice; none where it shows before there are jobs."""

    first: str | None = None
    count: int = 0
    sources: dict[Source, None] = field(default_factory=dict)
    """Where the values of the first few were written."""

    def add(self, key: str) -> None:
        """Count one more job."""
        self.first = self.first or key
        self.count += 1

    def __str__(self) -> str:
        match self.count - 1:
            case -1:
                return ""
            case 0:
                return f" (job {self.first})"
            case 1:
                return f" (job {self.first} and 1 more job)"
            case more:
                return f" (job {self.first} and {more} more jobs)"


class Diagnostics:
    """Collects problems of one manifest."""

    def __init__(self, manifest: Manifest, locator: SourceLocator) -> None:
        self._document = manifest.document
        self._locator = locator
        self._problems: dict[Problem, None] = {}
        self._shared: dict[Fault, AffectedJobs] = {}
        self._rows: dict[Problem, AffectedJobs] = {}

    def add(self, fault: Fault, *, key: str | None = None, reads: TemplateReads | None = None) -> None:
        """Note something that is wrong at one place of the manifest; the same fault is told once.

        Args:
            fault: what is wrong.
            key: of the job; None where it is wrong whatever the jobs will be.
            reads: by the template that stands at the path.
        """
        jobs = self._shared.setdefault(fault, AffectedJobs())
        if key is not None:
            jobs.add(key)
        if reads and len(jobs.sources) < _MOST_SOURCES:
            jobs.sources.update(dict.fromkeys(self._locator.sources(reads)))

    def add_for_value(self, value: LabelledValue, fault: Fault, *, key: str | None = None) -> None:
        """Note something that is wrong with a value, where it is written; once for all its jobs.

        Args:
            value: whose place becomes that of the fault.
            fault: what is wrong; its path is not looked at.
            key: of the job; None where it is about several.
        """
        location = self._locator.location(value)
        if not isinstance(location, DataFileLocation):
            self.add(replace(fault, path=location), key=key)
            return
        row = replace(fault, path=location.path).at(location.file, location.position)
        jobs = self._rows.setdefault(row, AffectedJobs())
        if key is not None:
            jobs.add(key)

    def add_all(self, problems: Iterable[Problem]) -> None:
        """Note problems whose place is known, such as those of a data file; each one counts once."""
        self._problems.update(dict.fromkeys(problems))

    def close(self) -> None:
        """End the search.

        Raises:
            ManifestError: with all that was found.
        """
        problems = list(self._problems)
        problems += [
            replace(
                self._document.problem(replace(fault, message=f"{fault.message}{jobs}")),
                sources=tuple(jobs.sources)[:_MOST_SOURCES],
            )
            for fault, jobs in self._shared.items()
        ]
        problems += [replace(row, message=f"{row.message}{jobs}") for row, jobs in self._rows.items()]
        if problems:
            raise ManifestError(_most_important(problems))


def _most_important(problems: list[Problem]) -> list[Problem]:
    """Cut a list that nobody would read to its end."""
    if len(problems) <= _MOST_KEPT:
        return problems
    ordered = ManifestError(problems).problems
    # It stands where the last one does, and the ellipsis sorts it behind all others there.
    message = f"\N{HORIZONTAL ELLIPSIS} and {len(problems) - _MOST_KEPT} more"
    rest = replace(ordered[-1], rule=Rule.TOO_MANY_PROBLEMS, message=message, hint=None)
    return [*ordered[:_MOST_KEPT], rest]
