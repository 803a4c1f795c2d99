"""Jobs that wait for the results of others, while these are being made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sora2batch.ground.file_input import FileInput
from sora2batch.ground.job import Fingerprint, Job
from sora2batch.ground.pending_job import PendingJob
from sora2batch.lockfile.entry import Entry
from sora2batch.matrix.stage import output_of, resolve
from sora2batch.plan.action import Action, PlannedJob
from sora2batch.run.made_files import MadeFiles


@dataclass(frozen=True, slots=True, kw_only=True)
class DependentInputs:
    """All that is known of jobs that wait when a run begins."""

    waiting: Iterable[PendingJob]
    """Those that this run may submit."""
    jobs: Iterable[Job]
    """All of the manifest whose requests are known already."""
    alike: Mapping[str, str]
    """By the key of a job that would send the very same as another: the key of that."""
    room: int | None
    """How many of those that wait may be submitted; None for all."""
    folder: str
    """The output folder, relative to the manifest's."""


class Dependents:
    """Makes jobs of those that wait, each once, as soon as the last result that it needs is in place."""

    def __init__(
        self,
        inputs: DependentInputs,
        known: Callable[[str], FileInput | None],
        decide: Callable[[Job], PlannedJob],
        made_files: MadeFiles,
    ) -> None:
        """Get ready.

        Args:
            inputs: what is known now.
            known: finds what a job has made already, by its key.
            decide: says what is to be done about a job, by what is on disk.
            made_files: where files are noted that are in place now.
        """
        self._made_files = made_files
        self._known = known
        self._decide = decide
        self._folder = inputs.folder
        self._files: dict[str, FileInput] = {}
        self._taken: dict[Fingerprint, str] = {job.fingerprint: job.key for job in inputs.jobs}
        self._resolved: set[str] = set()
        self._by_need: defaultdict[str, list[PendingJob]] = defaultdict(list)
        for pending in inputs.waiting:
            for key in pending.needs:
                self._by_need[key].append(pending)
        self._alike: defaultdict[str, list[str]] = defaultdict(list)
        for key, other in inputs.alike.items():
            self._alike[other].append(key)
        self.room = inputs.room
        """How many may still be submitted."""
        self.made: list[PlannedJob] = []
        """What was made of them, in the order in which it became possible."""

    def after(self, job: Job, entry: Entry) -> Iterator[PlannedJob]:
        """Tell which jobs can be taken up now that files of another are in place."""
        file = output_of(entry, self._folder)
        if file is None:
            return
        self._made_files.add(job.key, entry.primary)
        done = [_Done(job.key, file)]
        while done:
            key, file = done.pop()
            if key in self._files:
                continue
            self._files[key] = file
            done += [_Done(other, file) for other in self._alike[key]]
            for made in self._possible_after(key):
                planned, in_place = self._taken_up(made)
                done += in_place
                if planned:
                    self.made.append(planned)
                    yield planned

    def _possible_after(self, key: str) -> Iterator[Job]:
        """Resolve those that needed this result and lack no other; each once, whoever comes last."""
        for pending in self._by_need.get(key, ()):
            made = None if pending.key in self._resolved else resolve(pending, self._output_of)
            if made:
                self._resolved.add(made.key)
                yield made

    def _taken_up(self, made: Job) -> tuple[PlannedJob | None, list[_Done]]:
        """Say what is to be done about a job, if anything is; and whose files are in place already."""
        first = self._taken.setdefault(made.fingerprint, made.key)
        if first != made.key:  # two results are the same bytes: then one job serves both
            self._alike[first].append(made.key)
            found = self._output_of(first)
            return None, [_Done(made.key, found)] if found else []
        planned = self._decide(made)
        if planned.action is Action.SUBMIT and not self._takes_room():
            return None, []
        if planned.action is not Action.SKIP or planned.entry is None:
            return planned, []
        self._made_files.add(made.key, planned.entry.primary)  # an earlier run has made it
        found = output_of(planned.entry, self._folder)
        return planned, [_Done(made.key, found)] if found else []

    def _takes_room(self) -> bool:
        if self.room is None:
            return True
        if self.room <= 0:
            return False
        self.room -= 1
        return True

    def _output_of(self, key: str) -> FileInput | None:
        return self._files.get(key) or self._known(key)


class _Done(NamedTuple):
    """A job with its first file, which is in place."""

    key: str
    file: FileInput
