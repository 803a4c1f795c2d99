"""Jobs that rest on others become jobs as these finish: marks in their inputs become content."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from sora2batch.ground.file_input import FileInput
from sora2batch.ground.job import Fingerprint, Job, fingerprint_of
from sora2batch.ground.pending_job import AskedJob, PendingJob
from sora2batch.lockfile.entry import Entry, State
from sora2batch.matrix.output_mark import put_outputs


class Results(Protocol):
    """What has been made so far."""

    def output_of(self, fingerprint: Fingerprint, /) -> FileInput | None:
        """Find the file that a job has made: the first, if it is complete; None where there is none yet."""
        ...


class NoResults:
    """Nothing has been made yet, or nobody has looked."""

    def output_of(self, _: Fingerprint, /) -> FileInput | None:
        """Find nothing."""
        return None


class RecordedResults(NamedTuple):
    """What a lockfile knows."""

    entries: Mapping[Fingerprint, Entry]
    folder: str
    """The output folder, relative to the manifest's, with forward slashes."""

    def output_of(self, fingerprint: Fingerprint, /) -> FileInput | None:
        """Find the first file of the task that counts, by the hash that was recorded with it."""
        entry = self.entries.get(fingerprint)
        return output_of(entry, self.folder) if entry else None


def output_of(entry: Entry, folder: str) -> FileInput | None:
    """Find the first file that a job has made; None while it is not complete.

    No other file takes its place, and no task counts while a second one that was paid too is open: what is
    made of them would be asked for anew, and paid again, once it is known which file counts.

    Args:
        entry: what is known of the job.
        folder: the output folder, relative to the manifest's, with forward slashes.
    """
    task = entry.primary
    if task.state is not State.COMPLETED or not task.outputs:
        return None
    first = task.outputs[0]
    if (
        first.path is None
        or first.sha256 is None
        or any(one.state is State.SUBMITTED for one in entry.attempts)
    ):
        return None
    return FileInput(f"{folder}/{first.path}", first.sha256)


NO_RESULTS = NoResults()


class Stager:
    """Takes jobs in, those that others rest on first, and makes of them what is possible."""

    def __init__(self, results: Results) -> None:
        self._results = results
        self._marks: dict[str, Fingerprint] = {}
        """By key."""
        self._keys: dict[Fingerprint, str] = {}

    def take(self, asked: AskedJob) -> Job | PendingJob | str:
        """Take one in: what it is now, itself where it has to wait, or the key of one that sends the same."""
        job = asked if isinstance(asked, Job) else self._made(asked)
        if job is None:
            return asked
        self._marks[job.key] = job.fingerprint
        known = self._keys.setdefault(job.fingerprint, job.key)
        return known if known != job.key and isinstance(asked, PendingJob) else job

    def output_of(self, key: str) -> FileInput | None:
        """Find what the job of a key has made."""
        mark = self._marks.get(key)
        return None if mark is None else self._results.output_of(mark)

    def _made(self, pending: PendingJob) -> Job | None:
        return None if pending.gate else resolve(pending, self.output_of)


def resolve(pending: PendingJob, output_of: Callable[[str], FileInput | None]) -> Job | None:
    """Put results in their places; None while one of them is not there.

    Raises:
        NotCanonicalError: the input has no canonical JSON form.
    """
    files: dict[str, FileInput] = {}
    for key in pending.needs:
        found = output_of(key)
        if found is None:
            return None
        files[key] = found
    input = put_outputs(pending.input, lambda key: files[key].to_json())
    return Job(
        key=pending.key,
        group=pending.group,
        labels=pending.labels,
        tool_type=pending.tool_type,
        take=pending.take,
        input=input,
        fingerprint=fingerprint_of(pending.tool_type, input, pending.take),
        credits=pending.credits,
        filename=pending.filename,
        columns=pending.columns,
        needs=pending.needs,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Stages:
    """All jobs of a manifest in which some rest on others: what can be asked for now, and what waits."""

    asked: tuple[AskedJob, ...]
    """All of them, as they were before anything was made; in the order of the manifest."""
    jobs: tuple[Job, ...]
    """Those whose requests are known now; in the order of the manifest."""
    waiting: tuple[PendingJob, ...]
    """Those that rest on what is not made yet; in the order of the manifest."""
    alike: tuple[tuple[PendingJob, str], ...] = ()
    """(job, key of another) where both would send the very same, for two results are the same bytes."""

    @property
    def all_jobs(self) -> tuple[AskedJob, ...]:
        """Every job in the order of the manifest: those known now, and the others as they wait."""
        known = {job.key: job for job in self.jobs}
        return tuple(known.get(job.key, job) for job in self.asked)

    @classmethod
    def of(cls, asked: tuple[AskedJob, ...], taken: Mapping[str, Job | PendingJob | str]) -> Stages:
        """Sort jobs by what became of each.

        Args:
            asked: in the order of the manifest.
            taken: what ``Stager.take`` has made of each, by its key.
        """
        now = [taken[job.key] for job in asked]
        pairs = zip(asked, now, strict=True)
        return cls(
            asked=asked,
            jobs=tuple(one for one in now if isinstance(one, Job)),
            waiting=tuple(one for one in now if isinstance(one, PendingJob)),
            alike=tuple(
                (job, one) for job, one in pairs if isinstance(one, str) and isinstance(job, PendingJob)
            ),
        )

    def anew(self, results: Results) -> Stages:
        """Sort the same jobs by what has been made since."""
        stager = Stager(results)
        taken: dict[str, Job | PendingJob | str] = {}
        left: list[AskedJob] = [*self.asked]
        while left:  # as often as there are levels, and once more
            later: list[AskedJob] = []
            for job in left:
                if isinstance(job, PendingJob) and any(need not in taken for need in job.needs):
                    later.append(job)
                else:
                    taken[job.key] = stager.take(job)
            left = later
        return self.of(self.asked, taken)
