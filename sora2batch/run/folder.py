"""The output folder: what a result is called, and how it gets there without hurting another file."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from hashlib import sha256
from itertools import count
from pathlib import Path, PurePosixPath
from typing import Protocol, TypeAlias
from unicodedata import normalize

from sora2batch.job import Job
from sora2batch.lockfile.entry import Attempt, Entry, Output
from sora2batch.run.artifact import Artifacts
from sora2batch.run.url import without_secrets
from sora2batch.sjinn.download import Expired
from sora2batch.sjinn.error import DownloadError
from sora2batch.sjinn.part import Part, Placed, discard, make_folder, place

_EXTENSIONS = frozenset({".mp4", ".webm", ".mov", ".gif", ".png", ".jpg", ".jpeg", ".webp"})
_Owner: TypeAlias = tuple[str, str | None]
"""(fingerprint, task id)"""


class Fetcher(Protocol):
    """Who brings the bytes of a URL to disk."""

    async def fetch_part(self, url: str, target: Path, *, root: Path) -> Part | Expired:
        """Fetch a file to its temporary name.

        Raises:
            DownloadError: it cannot be had.
        """
        ...


class ExpiredError(DownloadError):
    """A URL no longer works; the task's status may name a new one."""


class OutputFolder:
    """Puts results in place, and knows which file is whose: nothing that is not the job's own is touched."""

    def __init__(self, root: Path, fetcher: Fetcher, entries: Iterable[Entry]) -> None:
        self._root = root
        self._fetcher = fetcher
        self._artifacts = Artifacts(root)
        self._placing = asyncio.Lock()
        self._owners: dict[str, _Owner] = {
            _folded(output.path): (entry.fingerprint, attempt.task_id)
            for entry in entries
            for attempt in entry.attempts
            for output in attempt.outputs
            if output.path
        }

    async def collect(self, job: Job, attempt: Attempt, urls: Sequence[str]) -> tuple[Output, ...]:
        """Fetch every file of a task that is not in place yet.

        Raises:
            ExpiredError: a URL no longer works.
            DownloadError: there is no URL, or a file cannot be had, or it is not the one that is recorded.
            OSError: the disk refused.
        """
        if not urls:
            raise DownloadError("the task is done, but the API named no file")
        recorded = attempt.outputs if len(attempt.outputs) == len(urls) else (Output(),) * len(urls)
        return tuple(
            [
                await self._collect_one(job, attempt, index, url, before)
                for index, (url, before) in enumerate(zip(urls, recorded, strict=True))
            ]
        )

    async def _collect_one(self, job: Job, attempt: Attempt, index: int, url: str, before: Output) -> Output:
        kept = without_secrets(url)
        if kept is None:
            raise DownloadError("the API named a file that is no http(s) URL")
        if before.sha256 and not await asyncio.to_thread(self._artifacts.output_fault, before):
            return before
        was_no_result = await asyncio.to_thread(self._artifacts.is_no_result, before)
        if was_no_result:
            before = replace(before, sha256=None)
        part = await self._fetch(url, _temporary_name(job, attempt, index))
        if before.sha256 and part.sha256 != before.sha256:
            discard(part)
            raise DownloadError("what the API offers now is another file than the one recorded")
        async with self._placing:
            path = await asyncio.to_thread(self._put, part, self._names(job, index, before), job, attempt)
        return Output(url=kept, path=path, sha256=part.sha256, bytes=part.bytes)

    async def _fetch(self, url: str, name: str) -> Part:
        part = await self._fetcher.fetch_part(url, self._root / name, root=self._root)
        if isinstance(part, Expired):
            raise ExpiredError(part.reason)
        return part

    def _names(self, job: Job, index: int, before: Output) -> Iterator[str]:
        """Propose names without end: the recorded one, the manifest's, then some with a fingerprint."""
        if before.path and self._artifacts.locate(before):
            yield before.path
        stem, extension = _split(job.filename)
        numbered = f"{stem}.{index + 1}" if index else stem
        yield f"{numbered}{extension}"
        digest = job.fingerprint.removeprefix("sha256:")[:8]
        yield f"{numbered}.{digest}{extension}"
        yield from (f"{numbered}.{digest}.{number}{extension}" for number in count(2))

    def _put(self, part: Part, names: Iterable[str], job: Job, attempt: Attempt) -> str:
        """Give a part the first name that is free; blocking, for a thread, and one at a time."""
        mine = (job.fingerprint, attempt.task_id)
        for name in names:
            path = self._root / _with_extension(name, part)
            relative = path.relative_to(self._root).as_posix()
            owner = self._owners.get(_folded(relative))
            if owner in {None, mine} and self._place(part, path, is_mine=owner == mine):
                self._owners[_folded(relative)] = mine
                self._artifacts.stamp(path, attempt.finished_at)
                return relative
        raise AssertionError("names never end")

    def _place(self, part: Part, path: Path, *, is_mine: bool) -> bool:
        make_folder(path, self._root)
        if isinstance(place(part, path), Placed):
            return True
        return is_mine and _set_aside(path) and isinstance(place(part, path), Placed)


def _folded(path: str) -> str:
    """Make paths equal that are one file on some disk."""
    return normalize("NFC", path).casefold()


def _temporary_name(job: Job, attempt: Attempt, index: int) -> str:
    """Name a file on its way beside its target: no two share a name, and a later run finds it again."""
    identity = f"{job.fingerprint} {attempt.task_id} {index}"
    return f"{_split(job.filename)[0]}.{sha256(identity.encode()).hexdigest()[:8]}"


def _split(filename: str) -> tuple[str, str]:
    path = PurePosixPath(filename)
    if path.suffix.lower() in _EXTENSIONS:
        return filename[: -len(path.suffix)], path.suffix
    return filename, ""


def _with_extension(name: str, part: Part) -> str:
    if PurePosixPath(name).suffix.lower() in _EXTENSIONS:
        return name
    return f"{name}.{part.extension or 'mp4'}"


def _set_aside(path: Path) -> bool:
    """Move our own file that somebody changed out of the way; it is theirs now, so it is kept."""
    if not path.is_file() or path.is_symlink():
        return False
    numbered = (path.with_name(f"{path.stem}.changed-{number}{path.suffix}") for number in count(1))
    path.rename(next(aside for aside in numbered if not aside.exists()))
    return True
