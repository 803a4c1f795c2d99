"""Jobs that rest on others become jobs as these finish: marks in their inputs become content."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol, TypeAlias

from orjson import Fragment

from sora2batch.ground.canonical import JsonValue, canonical_flat
from sora2batch.ground.file_input import FileInput
from sora2batch.ground.job import Fingerprint, Job, fingerprint_of, fingerprint_of_content
from sora2batch.ground.pending_job import AskedJob, PendingJob
from sora2batch.lockfile.entry import Entry, State
from sora2batch.matrix.output_mark import mark_output, put_outputs


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


class Made(NamedTuple):
    """A job that was made of one that rests on others."""

    files: tuple[FileInput, ...]
    """The results that it sends, in the order of its needs."""
    job: Job


class Stager:
    """Takes jobs in, those that others rest on first, and makes of them what is possible."""

    def __init__(self, results: Results, before: Mapping[str, Made] | None = None) -> None:
        """Get ready.

        Args:
            results: what has been made.
            before: by key, jobs that were made of others' results, as these may still be the same.
        """
        self._output_of = results.output_of
        self._before = before or {}
        self._marks: dict[str, Fingerprint] = {}
        """By key."""
        self._keys: dict[Fingerprint, str] = {}
        self.made: dict[str, Made] = {}
        """By key, what was made of others' results."""

    def take_all(self, jobs: Iterable[Job]) -> None:
        """Take in jobs that rest on no others."""
        for job in jobs:
            self._marks[job.key] = job.fingerprint
            self._keys.setdefault(job.fingerprint, job.key)

    def take(self, pending: PendingJob) -> Job | PendingJob | str:
        """Take one in: what it is now, itself where it has to wait, or the key of one that sends the same."""
        made = None if pending.gate else self._made(pending)
        if made is None:
            return pending
        self.made[pending.key] = made
        mark = self._marks[pending.key] = made.job.fingerprint
        known = self._keys.setdefault(mark, pending.key)
        return made.job if known == pending.key else known

    def output_of(self, key: str) -> FileInput | None:
        """Find what the job of a key has made."""
        mark = self._marks.get(key)
        return None if mark is None else self._output_of(mark)

    def _made(self, pending: PendingJob) -> Made | None:
        files: list[FileInput] = []
        for key in pending.needs:
            found = self.output_of(key)
            if found is None:
                return None
            files.append(found)
        given = tuple(files)
        before = self._before.get(pending.key)
        return before if before and before.files == given else Made(given, _job_of(pending, given))


def resolve(pending: PendingJob, output_of: Callable[[str], FileInput | None]) -> Job | None:
    """Put results in their places; None while one of them is not there.

    Raises:
        NotCanonicalError: the input has no canonical JSON form.
    """
    files = [found for key in pending.needs if (found := output_of(key))]
    return _job_of(pending, files) if len(files) == len(pending.needs) else None


def _job_of(pending: PendingJob, files: Sequence[FileInput]) -> Job:
    tool_type, take, fields = pending.tool_type, pending.take, pending.fields
    input = {**pending.input}
    counted: dict[str, JsonValue | Fragment] = {**pending.input}
    if len(fields) == 1 and isinstance(input[fields[0]], str):  # nearly always
        input[fields[0]], counted[fields[0]] = files[0].to_json(), files[0].canonical_content
    else:
        made = {mark_output(key): file.to_json() for key, file in zip(pending.needs, files, strict=True)}
        input = counted = put_outputs(input, made)
    content = canonical_flat(counted)
    return Job(
        key=pending.key,
        group=pending.group,
        labels=pending.labels,
        tool_type=tool_type,
        take=take,
        input=input,
        fingerprint=fingerprint_of_content(tool_type, content, take)
        if content
        else fingerprint_of(tool_type, input, take),
        credits=pending.credits,
        filename=pending.filename,
        columns=pending.columns,
        needs=pending.needs,
    )


Taken: TypeAlias = Job | PendingJob | str
"""What a job is now; the key of another where both would send the very same."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stages:
    """All jobs of a manifest in which some rest on others: what can be asked for now, and what waits."""

    asked: tuple[AskedJob, ...]
    """All of them, as they were before anything was made; in the order of the manifest."""
    in_turn: tuple[PendingJob, ...]
    """Those that rest on others, each after those that it rests on."""
    made: Mapping[str, Made]
    """By key, what was made of these."""
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
    def of(cls, asked: tuple[AskedJob, ...], taken: Mapping[str, Taken], made: Mapping[str, Made]) -> Stages:
        """Sort jobs by what became of each.

        Args:
            asked: in the order of the manifest.
            taken: what ``Stager.take`` has made of each that rests on others, by its key; in turn.
            made: what was made of these.
        """
        pending = {job.key: job for job in asked if isinstance(job, PendingJob)}
        now = [job if isinstance(job, Job) else taken[job.key] for job in asked]
        return cls(
            asked=asked,
            in_turn=tuple([pending[key] for key in taken]),
            made=made,
            jobs=tuple([job for job in now if isinstance(job, Job)]),
            waiting=tuple([job for job in now if isinstance(job, PendingJob)]),
            alike=tuple([(job, one) for key, job in pending.items() if isinstance(one := taken[key], str)]),
        )

    def without_gates(self) -> Stages:
        """The same jobs, as if nobody had to pick first; what is possible then is told by ``anew``."""
        opened = {job.key: job._replace(gate=None) for job in self.in_turn}
        asked = tuple([opened.get(job.key, job) for job in self.asked])
        return replace(self, asked=asked, in_turn=tuple(opened.values()))

    def anew(self, results: Results) -> Stages:
        """Sort the same jobs by what has been made since."""
        stager = Stager(results, self.made)
        stager.take_all(job for job in self.asked if isinstance(job, Job))
        taken = {job.key: stager.take(job) for job in self.in_turn}
        is_same = stager.made.keys() == self.made.keys() and all(
            one is self.made[key] for key, one in stager.made.items()
        )
        return self if is_same else self.of(self.asked, taken, stager.made)
