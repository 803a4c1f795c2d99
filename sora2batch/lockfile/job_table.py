"""What is known of every job just now, kept up to date line by line."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from sora2batch.ground.job import Fingerprint, Job
from sora2batch.lockfile.content import Lockfile, lockfile_of
from sora2batch.lockfile.entry import Entry, Look, State
from sora2batch.lockfile.fold import fold
from sora2batch.lockfile.task_id import plain_task_id

_TAKEN = frozenset({State.IN_DOUBT, State.SUBMITTED, State.COMPLETED})


class JobTable:
    """The fold of all lines so far, withdrawn calls included. A line costs little however many there are."""

    def __init__(self) -> None:
        self._entries: dict[Fingerprint, Entry] = {}
        self.revision = 0
        """Goes up whenever something changed."""
        self._made: tuple[tuple[str, int], Lockfile] | None = None
        self._owners: dict[str, Fingerprint] | None = None
        """By task id, plainly spelled; made when somebody first asks whose a task is."""

    def get(self, fingerprint: Fingerprint) -> Entry | None:
        """Find a job, even if nothing but withdrawn calls is known of it."""
        return self._entries.get(fingerprint)

    def owner_of(self, task_id: str) -> Entry | None:
        """Find the job that has a task, be it one of several."""
        if self._owners is None:
            self._owners = {}
            for entry in self._entries.values():
                self._own(entry, self._owners)
        fingerprint = self._owners.get(plain_task_id(task_id))
        return None if fingerprint is None else self._entries[fingerprint]

    def absorb(self, entry: Entry) -> Entry:
        """Fold in a line; its key is the job's present name, and its paths are where files lie now.

        Tell what is known of the job then.
        """
        known = self._entries.get(entry.fingerprint)
        if known is None:
            return self._put(entry)
        folded = fold(known, entry).with_names_of(entry).with_paths_of(entry)
        # Mostly an outcome replaces its intent: then the line itself is what is known, its text too.
        return self._put(entry if folded.attempts == entry.attempts else folded)

    def absorb_all(self, entries: Iterable[Entry]) -> None:
        """Fold in lines in their order."""
        for entry in entries:
            self.absorb(entry)

    def unite(self, entries: Iterable[Entry]) -> None:
        """Fold in what somebody else wrote; names stay as they are here, those of files too."""
        for entry in entries:
            known = self._entries.get(entry.fingerprint)
            self._put(entry if known is None else _as_known(fold(known, entry), known))

    def rename(self, job: Job | Entry) -> None:
        """Give a job, the files of its input and what it rests on their present names, if it is known."""
        known = self._entries.get(job.fingerprint)
        if known is not None:
            self._put(known._replace(key=job.key, input=job.input, needs=job.needs))

    def look(self, fingerprint: Fingerprint, looks: Mapping[str, Look]) -> None:
        """Take what was seen in a job's files, by their sha256, in the place of what was seen before."""
        known = self._entries.get(fingerprint)
        if known is not None:
            self._put(known.with_looks(looks))

    def prune(self, fingerprint: Fingerprint, digests: Collection[str]) -> None:
        """Take it that some of a job's files, by their sha256, are deleted on purpose."""
        known = self._entries.get(fingerprint)
        if known is not None:
            self._put(known.with_pruned(digests))

    def lockfile(self, manifest: str) -> Lockfile:
        """Make a lockfile of it as it is now; the same one as long as nothing changes."""
        if self._made is None or self._made[0] != (manifest, self.revision):
            made = lockfile_of(manifest, list(self._entries.values()))
            self._made = ((manifest, self.revision), made)
        return self._made[1]

    def objection_to(self, intent: Entry) -> str | None:
        """Say why a create call must not be made: a task exists, or may; or it is not a new call."""
        known = self._entries.get(intent.fingerprint)
        if known is None:
            return None
        if known.state in _TAKEN:
            return f"{intent.key} is {known.state} already"
        call = (intent.primary.number, intent.primary.trial)
        last = max((attempt.number, attempt.trial) for attempt in known.attempts)
        return None if call > last else f"call {call} of {intent.key} is not newer than {last}"

    def _put(self, entry: Entry) -> Entry:
        known = self._entries.get(entry.fingerprint)
        if known == entry:
            return known
        self._entries[entry.fingerprint] = entry
        self.revision += 1
        if self._owners is not None:
            self._own(entry, self._owners)
        return entry

    @staticmethod
    def _own(entry: Entry, owners: dict[str, Fingerprint]) -> None:
        for attempt in entry.attempts:
            if attempt.task_id is not None:
                owners.setdefault(plain_task_id(attempt.task_id), entry.fingerprint)


def _as_known(entry: Entry, known: Entry) -> Entry:
    return entry.with_names_of(known).with_paths_of(known)
