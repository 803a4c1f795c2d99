"""Files that tasks of this batch have made, by their content: other jobs may send them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from sora2batch.lockfile.entry import Attempt, Entry


class MadeFile(NamedTuple):
    """A file of a task, as another job knows it."""

    key: str
    """Of the job that made it."""
    task_id: str
    place: int
    """Which of the task's files it is, counted from 0."""
    url: str | None
    """Where it was offered, without its signature."""
    path: str
    """In the output folder."""
    bytes: int
    host: str | None
    """The API's that made it, which alone knows the task; None where that is not recorded."""


class MadeFiles:
    """All of them that are known to the lockfile."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._by_digest: dict[str, MadeFile] = {}
        for entry in entries:
            for attempt in entry.attempts:
                self.add(entry.key, attempt)

    def add(self, key: str, attempt: Attempt) -> None:
        """Note the files of a task that are in place."""
        for place, one in enumerate(attempt.outputs):
            if attempt.task_id and one.sha256 and one.path:
                self.note(
                    one.sha256,
                    MadeFile(key, attempt.task_id, place, one.url, one.path, one.bytes or 0, attempt.api),
                )

    def note(self, sha256: str, made: MadeFile) -> None:
        """Note one file by its content."""
        self._by_digest[sha256] = made

    def paths(self, folder: Path) -> dict[str, Path]:
        """Tell where the files lie, if nobody has moved them, by their sha256."""
        return {digest: folder / made.path for digest, made in self._by_digest.items()}

    def get(self, sha256: str) -> MadeFile | None:
        """Find who made a file of this content."""
        return self._by_digest.get(sha256)
