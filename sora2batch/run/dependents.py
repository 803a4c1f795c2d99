"""Jobs that wait for the results of others, while these are being made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sora2batch.ground.file_input import FileInput
from sora2batch.ground.job import Fingerprint, Job
from sora2batch.ground.pending_job import PendingJob
from sora2batch.lockfile.entry import Entry
from sora2batch.matrix.stage import output_of, resolve
from sora2batch.plan.action import Action, Plan, PlannedJob
from sora2batch.plan.decision import Decision, FileFault
from sora2batch.plan.waiting import within_reach
from sora2batch.run.made_files import MadeFiles
from sora2batch.run.port import Recorder


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


@dataclass(frozen=True, slots=True, kw_only=True)
class DependentTerms:
    """How it is decided what is to be done about them."""

    folder: str
    """The output folder, relative to the manifest's."""
    file_fault: FileFault
    retry_failed: bool = False
    force: bool = False


class Dependents:
    """Makes jobs of those that wait, each once, as soon as the last result that it needs is in place."""

    def __init__(
        self, inputs: DependentInputs, terms: DependentTerms, recorder: Recorder, made_files: MadeFiles
    ) -> None:
        """Get ready.

        Args:
            inputs: what is known now.
            terms: how to decide.
            recorder: what is on disk about jobs.
            made_files: where files are noted that are in place now.
        """
        self._terms = terms
        self._recorder = recorder
        self._made_files = made_files
        self._marks = {job.key: job.fingerprint for job in inputs.jobs}
        self._marks |= {key: self._marks[one] for key, one in inputs.alike.items() if one in self._marks}
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
        file = output_of(entry, self._terms.folder)
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
        found = output_of(planned.entry, self._terms.folder)
        return planned, [_Done(made.key, found)] if found else []

    def _takes_room(self) -> bool:
        if self.room is None:
            return True
        if self.room <= 0:
            return False
        self.room -= 1
        return True

    def _decide(self, job: Job) -> PlannedJob:
        entry = self._recorder.entry(job.fingerprint)
        decision = Decision(
            entries={job.fingerprint: entry} if entry else {},
            former={},
            retry_failed=self._terms.retry_failed,
            force=self._terms.force,
            file_fault=self._terms.file_fault,
        )
        return decision.decide(job)

    def _output_of(self, key: str) -> FileInput | None:
        if key in self._files or key not in self._marks:
            return self._files.get(key)
        entry = self._recorder.entry(self._marks[key])
        return output_of(entry, self._terms.folder) if entry else None


class _Done(NamedTuple):
    """A job with its first file, which is in place."""

    key: str
    file: FileInput


def gather_dependents(
    plan: Plan, jobs: Sequence[Job], terms: DependentTerms, recorder: Recorder, made_files: MadeFiles
) -> Dependents | None:
    """Gather the jobs of a plan that wait and that one run may come to; None where there are none.

    Args:
        plan: what is carried out.
        jobs: all of the manifest whose requests are known.
        terms: how it is decided what is to be done about them.
        recorder: what is on disk about jobs.
        made_files: where files are noted that are in place now.
    """
    waiting = [one.job for one in within_reach(plan)]
    if not waiting:
        return None
    alike = {one.job.key: one.same_as for one in plan.waiting if one.same_as}
    inputs = DependentInputs(waiting=waiting, jobs=jobs, alike=alike, room=plan.room)
    return Dependents(inputs, terms, recorder, made_files)
