"""Jobs that wait for the results of others, while these are being made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from sora2batch.ground.file_input import FileInput
from sora2batch.ground.job import Fingerprint, Job
from sora2batch.ground.pending_job import PendingJob
from sora2batch.lockfile.entry import Attempt
from sora2batch.matrix.stage import first_output, resolve
from sora2batch.plan.action import Action, PlannedJob
from sora2batch.run.made_files import MadeFiles


class Dependents:
    """Makes jobs of those that wait, each as soon as the last result that it needs is in place."""

    def __init__(
        self,
        waiting: Iterable[PendingJob],
        jobs: Iterable[Job],
        known: Callable[[str], FileInput | None],
        decide: Callable[[Job], PlannedJob],
        made_files: MadeFiles,
        folder: str,
    ) -> None:
        """Get ready.

        Args:
            waiting: those that this run may submit.
            jobs: all of the manifest whose requests are known already.
            known: finds what a job has made already, by its key.
            decide: says what is to be done about a job, by what is on disk.
            made_files: where files are noted that are in place now.
            folder: the output folder, relative to the manifest's.
        """
        self._made_files = made_files
        self._known = known
        self._decide = decide
        self._folder = folder
        self._files: dict[str, FileInput] = {}
        self._taken: dict[Fingerprint, str] = {job.fingerprint: job.key for job in jobs}
        self._by_need: defaultdict[str, list[PendingJob]] = defaultdict(list)
        for pending in waiting:
            for key in () if pending.gate else pending.needs:
                self._by_need[key].append(pending)
        self.made: list[PlannedJob] = []
        """What was made of them, in the order in which it became possible."""

    def after(self, job: Job, attempt: Attempt) -> Iterator[PlannedJob]:
        """Tell which jobs can be taken up now that the files of another are in place."""
        done = [_Done(job.key, attempt)]
        while done:
            for planned in self._after(done.pop()):
                yield planned
                if planned.action is Action.SKIP and planned.entry:  # an earlier run has made it
                    done.append(_Done(planned.job.key, planned.entry.primary))

    def _after(self, done: _Done) -> Iterator[PlannedJob]:
        file = first_output(done.attempt, self._folder)
        if file is None or done.key in self._files:
            return
        self._files[done.key] = file
        self._made_files.add(done.key, done.attempt)
        for pending in self._by_need.get(done.key, ()):
            made = resolve(pending, self._output_of)
            # Two results may be the same bytes: then one job serves both.
            if made and self._taken.setdefault(made.fingerprint, made.key) == made.key:
                planned = self._decide(made)
                self.made.append(planned)
                yield planned

    def _output_of(self, key: str) -> FileInput | None:
        return self._files.get(key) or self._known(key)


class _Done(NamedTuple):
    """A job whose files are in place."""

    key: str
    attempt: Attempt
