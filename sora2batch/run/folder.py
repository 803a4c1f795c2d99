"""The output folder: what a result is called, and how it gets there without hurting another file."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Protocol

from sora2batch.ground.job import Job
from sora2batch.lockfile.entry import Attempt, Output
from sora2batch.lockfile.path import is_former
from sora2batch.matrix.filename import with_ending
from sora2batch.run.naming import result_names, temporary_name
from sora2batch.run.opened_artifact import OpenedArtifacts
from sora2batch.run.recorded_url import recorded_url
from sora2batch.run.result_index import NamedResult, ResultOwner
from sora2batch.run.result_renamer import ResultRenamer
from sora2batch.run.stored_files import StoredSource
from sora2batch.sjinn.api_error import DownloadError, NoFileError
from sora2batch.sjinn.downloader import ExpiredUrl
from sora2batch.sjinn.part import Part, Placed, discard, make_folder, place


class Fetcher(Protocol):
    """Who brings the bytes of a URL to disk."""

    async def fetch_part(self, url: str, target: Path, *, root: Path) -> Part | ExpiredUrl:
        """Fetch a file to its temporary name.

        Raises:
            DownloadError: it cannot be had.
        """
        ...


class ExpiredUrlError(DownloadError):
    """A URL no longer works; the task's status may name a new one."""


class OutputFolder:
    """Puts results in place, and knows which file is whose: nothing that is not the job's own is touched."""

    def __init__(
        self, root: Path, fetcher: Fetcher, renamer: ResultRenamer, source: StoredSource | None = None
    ) -> None:
        self._root = root
        self._source = source
        self._fetcher = fetcher
        self._renamer = renamer
        self._artifacts = OpenedArtifacts(root)
        self._placing = asyncio.Lock()
        self._partly: dict[ResultOwner, tuple[Output, ...]] = {}

    async def collect(self, job: Job, attempt: Attempt, urls: Sequence[str]) -> tuple[Output, ...]:
        """Fetch every file of a task that is not in place yet; one that is gone keeps no other from it.

        Raises:
            ExpiredUrlError: a URL no longer works.
            DownloadError: there is no URL, or a file cannot be had, or it is not the one that is recorded.
            OSError: the disk refused.
        """
        if not urls:
            raise DownloadError("the task is done, but the API named no file")
        owner = ResultOwner(job.fingerprint, attempt.task_id)
        before = self._partly.get(owner, attempt.outputs)
        outputs = (
            list(before) if len(before) == len(urls) else [Output(url=recorded_url(url)) for url in urls]
        )
        failures: list[DownloadError] = []
        for index, url in enumerate(urls):
            try:
                outputs[index] = await self._collect_one(job, attempt, index, url, outputs[index])
            except DownloadError as error:
                failures.append(error)
                if not isinstance(error, ExpiredUrlError | NoFileError):
                    break  # it is the host that fails, or the disk
        present = self._renamer.results.present
        # While one was fetched another may have given its name to another job's.
        found = tuple(present(owner, index, output) for index, output in enumerate(outputs))
        if failures:
            self._partly[owner] = found
            raise next((one for one in failures if isinstance(one, ExpiredUrlError)), failures[0])
        return found

    async def collect_stored(self, job: Job, attempt: Attempt) -> tuple[Output, ...] | None:
        """Bring what is recorded into place without the API; None where that is not to be had for every file.

        What could be had is in place all the same, and ``collect`` finds it there.

        Raises:
            DownloadError: the disk refused.
            OSError: it refused as well.
        """
        if self._source is None or not attempt.outputs:
            return None
        owner = ResultOwner(job.fingerprint, attempt.task_id)
        outputs = [
            await self._from_store(self._source, job, attempt, NamedResult(owner, index, output))
            for index, output in enumerate(attempt.outputs)
        ]
        present = self._renamer.results.present
        known = zip(outputs, attempt.outputs, strict=True)
        found = tuple(present(owner, index, one or before) for index, (one, before) in enumerate(known))
        self._partly[owner] = found
        return found if all(outputs) else None

    def names_stay(self) -> AbstractAsyncContextManager[object]:
        """Have no file get another name while the block lasts."""
        return self._placing

    async def _from_store(
        self, source: StoredSource, job: Job, attempt: Attempt, recorded: NamedResult
    ) -> Output | None:
        """Find one file in place or in the store; None if it cannot be had so."""
        before = self._renamer.results.present(recorded.owner, recorded.index, recorded.output)
        if before.sha256 is None:
            return None
        if not await asyncio.to_thread(self._artifacts.output_fault, before):
            return before
        name = temporary_name(job, attempt, recorded.index)
        part = await source.fetch_part(before, self._root / name, root=self._root)
        if part is None:
            return None
        output = NamedResult(
            recorded.owner, recorded.index, before._replace(stored=before.stored or source.is_told)
        )
        async with self._placing:
            return await self._put(part, job, attempt, output)

    def kept(self, job: Job, attempt: Attempt) -> tuple[Output, ...]:
        """What is in place of a task of which a file could not be had; that one is without path and hash."""
        return self._partly.get(ResultOwner(job.fingerprint, attempt.task_id), ())

    async def _collect_one(self, job: Job, attempt: Attempt, index: int, url: str, before: Output) -> Output:
        owner = ResultOwner(job.fingerprint, attempt.task_id)
        before = self._renamer.results.present(owner, index, before)
        kept = recorded_url(url)
        if kept is None:
            raise DownloadError("the API named a file that is no http(s) URL")
        if before.sha256 and not await asyncio.to_thread(self._artifacts.output_fault, before):
            return before
        was_no_result = await asyncio.to_thread(self._artifacts.is_no_result, before)
        if was_no_result:
            before = before._replace(sha256=None)
        part = await self._fetch(url, temporary_name(job, attempt, index))
        if before.sha256 and part.sha256 != before.sha256:
            discard(part)
            raise DownloadError("what the API offers now is another file than the one recorded")
        output = before._replace(url=kept, sha256=part.sha256, bytes=part.bytes)
        async with self._placing:
            return await self._put(part, job, attempt, NamedResult(owner, index, output))

    async def _fetch(self, url: str, name: str) -> Part:
        part = await self._fetcher.fetch_part(url, self._root / name, root=self._root)
        if isinstance(part, ExpiredUrl):
            raise ExpiredUrlError(part.reason)
        return part

    def _names(self, job: Job, index: int, before: Output) -> Iterator[str]:
        """Propose names without end: the recorded one, unless it was given up; then those of the manifest."""
        if before.path and self._artifacts.locate(before) and not is_former(before.path):
            yield before.path
        yield from result_names(job, index)

    async def _put(self, part: Part, job: Job, attempt: Attempt, recorded: NamedResult) -> Output:
        """Give a part the first name that is free, or that another's result gives up; one at a time."""
        owner = recorded.owner
        for name in self._names(job, recorded.index, recorded.output):
            path = with_ending(name, part.extension)
            if not await self._renamer.vacate(path, owner):
                continue
            if await asyncio.to_thread(self._place, part, path, owner, attempt.finished):
                placed = recorded.output._replace(path=path, pruned=False)
                self._renamer.results.put(owner, recorded.index, placed)
                await self._renamer.vacate_same_stem(path, owner)
                return placed
        raise AssertionError("names never end")

    def _place(self, part: Part, name: str, owner: ResultOwner, finished: datetime | None) -> bool:
        """Put a part in its place; blocking, for a thread."""
        path = self._root / name
        make_folder(path, self._root)
        is_mine = any(result.owner == owner for result in self._renamer.results.at(name))
        # What somebody made of our own file is set aside, except if it is another result that has moved.
        clear = (self._renamer.move_to_record, self._set_aside) if is_mine else (self._renamer.finish_move,)
        is_placed = isinstance(place(part, path), Placed) or any(
            isinstance(place(part, path), Placed) for make_room in clear if make_room(name)
        )
        if is_placed:
            self._artifacts.stamp(path, finished)
        return is_placed

    def _set_aside(self, name: str) -> bool:
        """Move our own file that somebody changed out of the way; it is theirs now, so it is kept."""
        path = self._root / name
        if not path.is_file() or path.is_symlink():
            return False
        numbered = (path.with_name(f"{path.stem}.changed-{number}{path.suffix}") for number in count(1))
        path.rename(next(aside for aside in numbered if not os.path.lexists(aside)))
        return True
