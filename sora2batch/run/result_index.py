"""Which result has which name in the output folder, by the lockfile."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple
from unicodedata import normalize

from sora2batch.ground.job import Fingerprint
from sora2batch.lockfile.content import Lockfile
from sora2batch.lockfile.entry import Entry, Output
from sora2batch.matrix.filename import collision_key


class ResultOwner(NamedTuple):
    """The task that made a file."""

    fingerprint: Fingerprint
    task_id: str | None


@dataclass(frozen=True, slots=True)
class NamedResult:
    """One file of a task, under its name."""

    owner: ResultOwner
    index: int
    output: Output
    """*Shape*: with a path."""

    @property
    def path(self) -> str:
        """Where it lies, by the lockfile."""
        return self.output.path or ""


class ResultIndex:
    """All of them, to be found by name, by owner and by content."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._by_owner: dict[tuple[ResultOwner, int], NamedResult] = {}
        self._by_name: dict[str, list[NamedResult]] = defaultdict(list)
        self._by_digest: dict[str, list[NamedResult]] = defaultdict(list)
        for entry in entries:
            for attempt in entry.attempts:
                owner = ResultOwner(entry.fingerprint, attempt.task_id)
                for index, output in enumerate(attempt.outputs):
                    self.put(owner, index, output)

    def put(self, owner: ResultOwner, index: int, output: Output) -> None:
        """Note where a file is now; where it was is free."""
        before = self._by_owner.pop((owner, index), None)
        if before:
            self._by_name[collision_key(before.path)].remove(before)
            self._by_digest[before.output.sha256 or ""].remove(before)
        if output.path:
            result = NamedResult(owner, index, output)
            self._by_owner[owner, index] = result
            self._by_name[collision_key(output.path)].append(result)
            self._by_digest[output.sha256 or ""].append(result)

    def present(self, owner: ResultOwner, index: int, output: Output) -> Output:
        """The same file where it is now: it may have given its name to another's."""
        result = self._by_owner.get((owner, index))
        is_same = result is not None and output.sha256 in {result.output.sha256} - {None}
        return output._replace(path=result.path) if result and is_same else output

    def at(self, path: str) -> Iterator[NamedResult]:
        """Find who has a name, however it is spelled."""
        return (one for one in self.near(path) if is_one_name(one.path, path))

    def near(self, path: str) -> tuple[NamedResult, ...]:
        """Find who has a name with any ending."""
        return tuple(self._by_name.get(collision_key(path), ()))

    def with_digest(self, digest: str) -> tuple[NamedResult, ...]:
        """Find the files of some content."""
        return tuple(self._by_digest.get(digest, ()))


def is_one_name(one: str, other: str) -> bool:
    """Tell whether two paths are one file on some disk."""
    return one == other or folded_name(one) == folded_name(other)


def folded_name(path: str) -> str:
    """Make paths equal that are one file on some disk."""
    return normalize("NFC", path).casefold()


def digests_in(lockfiles: Iterable[Lockfile]) -> frozenset[str]:
    """Collect the hashes of all files that some lockfiles speak of."""
    return frozenset(
        output.sha256
        for lockfile in lockfiles
        for entry in lockfile.entries.values()
        for attempt in entry.attempts
        for output in attempt.outputs
        if output.sha256
    )
