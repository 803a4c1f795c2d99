"""What the rules look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from sora2batch.catalog.catalog import Catalog
from sora2batch.catalog.tool import Tool
from sora2batch.ground.file_input import FileInput
from sora2batch.ground.pending_job import AskedJob
from sora2batch.ground.problem import Problem
from sora2batch.lint.place import PlaceFinder
from sora2batch.lockfile.content import Lockfile
from sora2batch.manifest.model import Manifest
from sora2batch.manifest.tree import Tree
from sora2batch.matrix.datafile.read import DataFiles
from sora2batch.matrix.input_file import InputFile
from sora2batch.matrix.source_location import SourceLocator
from sora2batch.media.facts import MediaFacts


@dataclass(frozen=True, kw_only=True, eq=False)
class LintSubject:
    """A sound manifest with its jobs."""

    manifest: Manifest
    jobs: Sequence[AskedJob]
    """Those that wait for others among them, with marks where results will stand."""
    catalog: Catalog
    files: Mapping[str, InputFile]
    """Those that some job sends, by the sha256 of their bytes."""
    tree: Tree
    """Where its data files are."""
    lockfiles: Callable[[], Mapping[str, Lockfile]]
    """Reads what was paid for, by file: its own lockfile first; none where they cannot be read."""
    result_facts: Callable[[FileInput], MediaFacts | None] = lambda _: None
    """Looks at the result of a job; None where it is not on this machine as it was made."""

    @cached_property
    def place(self) -> PlaceFinder:
        """Finds where values are written."""
        files = DataFiles(self.tree, self.manifest.data_file)
        return PlaceFinder(self.manifest, SourceLocator(self.manifest, files))

    @cached_property
    def groups(self) -> Mapping[str, Sequence[AskedJob]]:
        """The jobs of each group that has any."""
        groups: dict[str, list[AskedJob]] = {}
        for job in self.jobs:
            groups.setdefault(job.group, []).append(job)
        return groups

    def facts_of(self, found: FileInput) -> MediaFacts | None:
        """Tell what a file is that a job sends; None of a result that is not here."""
        own = self.files.get(found.sha256)
        return own.facts if own else self.result_facts(found)

    def tool_of(self, job: AskedJob) -> Tool:
        """Look up a job's tool."""
        return self.catalog.get(job.tool_type)

    def by_tool(self) -> Iterator[tuple[Tool, Sequence[AskedJob]]]:
        """Go through the jobs of each group with their tool."""
        for jobs in self.groups.values():
            yield self.tool_of(jobs[0]), jobs


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A problem of one job, or of something that is no job's."""

    problem: Problem
    key: str | None = None
    """Of the job; what several jobs share is told once."""
