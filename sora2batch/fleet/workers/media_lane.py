"""The files of finished tasks go to their batch's store: fetched, looked at, put there, then written down.

All of it may be repeated, by whichever worker: objects are named by their content, and a line is written only
where the row is as it was read.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

from sora2batch.fleet.database.fleet_error import FleetError
from sora2batch.fleet.tables.attempt_row import entry_of, line_of
from sora2batch.fleet.tables.batch_row import CHECK
from sora2batch.fleet.tables.told_job import job_of
from sora2batch.fleet.workers.media_folder import MediaFolder
from sora2batch.fleet.workers.media_rows import MediaTask, note_trouble, read_media_task, write_files
from sora2batch.fleet.workers.worker_context import WorkerContext
from sora2batch.ground.errors import Sora2BatchError
from sora2batch.lockfile.entry import Entry, ErrorNote, Look, Output
from sora2batch.run.event import Event, Looked, NotDownloaded, NotLooked, NotStored, Stored, Warned
from sora2batch.run.poll import FinishedTask
from sora2batch.run.renewal import fetch_with_renewal, left_out_note
from sora2batch.run.stored_files import StoredFiles
from sora2batch.sjinn.api_error import DownloadError

_MOST_READINGS = 5
"""Of a row that others change meanwhile."""


class _Files(NamedTuple):
    """What is in the store, and what could not be fetched beside it."""

    outputs: tuple[Output, ...]
    error: ErrorNote | None


class MediaLane:
    """Brings files home, for the engine, which repeats what raises."""

    def __init__(self, context: WorkerContext) -> None:
        self._context = context

    async def fetch(self, attempt: int, tries: int) -> None:
        """Bring the files of an attempt home, unless they are.

        Args:
            attempt: its row.
            tries: the how manieth try this is; after the last one it is given up.

        Raises:
            Exception: not this time.
        """
        task = await self._read(attempt)
        if task is None:
            return
        entry = entry_of(task.line)
        try:
            async with self._folder(attempt) as folder:
                files = await self._bring_home(task, entry, folder)
            await self._write(task, files)
        except FleetError:
            raise
        except Exception as error:
            is_last = tries >= self._context.settings.fetch_tries
            await self._note(task, entry, _worded(error), is_last=is_last)
            if not is_last:
                raise
        else:
            self._tell(task, Stored(job=job_of(entry)))

    async def _read(self, attempt: int) -> MediaTask | None:
        async with self._context.database.transaction() as connection:
            return await read_media_task(connection, attempt)

    @asynccontextmanager
    async def _folder(self, attempt: int) -> AsyncIterator[Path]:
        """Make a folder for temporary files, and remove it with all that is in it."""
        self._context.folder.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f"{attempt}-", dir=self._context.folder))
        try:
            yield folder
        finally:
            # Not in a thread: who is cancelled would not wait for it.
            shutil.rmtree(folder, ignore_errors=True)

    async def _bring_home(self, task: MediaTask, entry: Entry, root: Path) -> _Files:
        store = await self._context.stores.open(task.batch.store_url or "", task.batch.public_url)
        folder, job, attempt = MediaFolder(root, self._context.fetcher), job_of(entry), entry.primary
        urls = tuple(one.url for one in attempt.outputs if one.url)
        finished = FinishedTask(job=job, attempt=attempt, urls=urls, is_fresh=False)
        fetched = await fetch_with_renewal(self._context.api, folder, finished)
        outputs = []
        for index, output in enumerate(fetched.outputs):
            path = folder.path(index)
            look = await self._look(task, entry, path)
            await StoredFiles(store).put(output, path)
            outputs.append(output._replace(stored=True, look=look))
            await asyncio.to_thread(path.unlink)
        note = left_out_note(fetched.oddities)
        if note:
            self._tell(task, Warned(message=f"{entry.key}: {note.message}"))
        return _Files(tuple(outputs), note)

    async def _look(self, task: MediaTask, entry: Entry, path: Path) -> Look:
        if task.batch.options.get(CHECK) is False:
            return ()
        job = job_of(entry)
        seen = await self._context.looking.look(job, task.files, path)
        if isinstance(seen, str):
            self._tell(task, NotLooked(job=job, path="", message=seen))
            return ()
        self._tell(task, Looked(job=job, path="", look=seen))
        return seen

    async def _write(self, task: MediaTask, files: _Files) -> None:
        """Write the files down; where others have changed the row meanwhile, beside what they wrote."""
        for _ in range(_MOST_READINGS):
            entry = entry_of(task.line)
            attempt = entry.primary._replace(outputs=files.outputs, error=files.error)
            async with self._context.database.transaction() as connection:
                if await write_files(connection, task, line_of(entry, attempt)):
                    return
                again = await read_media_task(connection, task.id)
            if again is None:  # somebody else has brought them home
                return
            task = again
        raise DownloadError("its row is changed again and again")

    async def _note(self, task: MediaTask, entry: Entry, error: Sora2BatchError, *, is_last: bool) -> None:
        async with self._context.database.transaction() as connection:
            await note_trouble(connection, task.id, error.message, is_last=is_last)
        kind = NotDownloaded if isinstance(error, DownloadError) else NotStored
        again = "given up" if is_last else "tried again later"
        self._tell(task, kind(job=job_of(entry), message=f"{error.message}; {again}"))

    def _tell(self, task: MediaTask, happened: Event) -> None:
        self._context.listener(task.batch.manifest, happened)


def _worded(error: Exception) -> Sora2BatchError:
    match error:
        case Sora2BatchError():
            return error
        case OSError():
            return DownloadError(f"a worker's disk refuses the file: {error.strerror or error}")
        case _:  # a bug of ours, which is told where people look for what is missing
            return DownloadError(f"{type(error).__name__}: {error}")
