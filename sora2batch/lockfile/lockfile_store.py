"""The only writer of a lockfile: a line is durable when it is answered for, the file follows."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from sora2batch.ground.clock import Clock, to_timestamp
from sora2batch.ground.disk import Disk, SystemDisk, remove_stale_temporaries
from sora2batch.ground.job import Credits, Fingerprint, Job
from sora2batch.lockfile.appender import Appender, JournalLine, journal_line
from sora2batch.lockfile.commit import GroupCommit
from sora2batch.lockfile.content import Lockfile
from sora2batch.lockfile.entry import Entry, Look, State
from sora2batch.lockfile.hold import drop_hold, take_hold
from sora2batch.lockfile.job_table import JobTable
from sora2batch.lockfile.journal import encode_journal_header
from sora2batch.lockfile.lockfile_error import JournalError, LockfileError, SaveError
from sora2batch.lockfile.real_path import written_file
from sora2batch.lockfile.saver import Saver
from sora2batch.lockfile.state import read_journal


class LockfileStore:
    """A lockfile that this process holds; an async context manager.

    An intent is refused while a task of its job exists or may exist: nothing here is paid twice by mistake.
    """

    def __init__(self, path: Path, manifest: str, descriptor: int, saver: Saver, appender: Appender) -> None:
        self._path = path
        self._manifest = manifest
        self._descriptor = descriptor
        self._saver = saver
        self._appender = appender
        self._view = JobTable()
        self._saved_revision = 0
        self._intents: set[Fingerprint] = set()
        self._commits: GroupCommit[JournalLine] | None = None
        self._is_closed = False

    @classmethod
    def open(cls, lock_path: Path, *, manifest: str, clock: Clock, disk: Disk | None = None) -> LockfileStore:
        """Hold a lockfile, and recover the journal of a run that died into it, durably.

        Raises:
            LockHeldError: another run holds it.
            LockfileError: it or its journal cannot be read, or nothing can be written there.
        """
        path = written_file(lock_path)
        disk = disk or SystemDisk()
        header = encode_journal_header(manifest, started_at=to_timestamp(clock.now()))
        with ExitStack() as undo:
            descriptor = take_hold(path)
            undo.callback(_abandon, path, descriptor)
            appender = Appender(disk, descriptor, header=header)
            store = cls(path, manifest, descriptor, Saver(path, disk), appender)
            try:
                store._recover()
                disk.sync_folder(path.parent)
            except (JournalError, SaveError, OSError) as error:
                raise LockfileError(f"nothing was sent: {error}") from error
            undo.pop_all()
        return store

    async def __aenter__(self) -> Self:
        self._begin()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    @asynccontextmanager
    async def session(self) -> AsyncIterator[Self]:
        """Take lines while the block lasts, then bring the lockfile up to date; it stays held for another.

        Raises:
            SaveError: the disk refused; the journal still knows everything.
            LockfileError: somebody else changed the file and it cannot be read now; it is left so.
            JournalError: the journal could not be emptied.
        """
        self._begin()
        try:
            yield self
        finally:
            await self._end()

    @property
    def lockfile(self) -> Lockfile:
        """Everything that is known now, as it would be written."""
        return self._view.lockfile(self._manifest)

    def entry(self, fingerprint: Fingerprint) -> Entry | None:
        """Find a job; its state is ``withdrawn`` where nothing is known but calls that cost nothing."""
        return self._view.get(fingerprint)

    def owner_of(self, task_id: str) -> Entry | None:
        """Find the job that has a task, orphans and tasks that were paid besides included."""
        return self._view.owner_of(task_id)

    def unite(self, entries: Iterable[Entry]) -> None:
        """Fold in what somebody else knows; names stay as they are here. The next checkpoint writes it."""
        self._view.unite(entries)

    def rename(self, job: Job | Entry) -> None:
        """Give a known job and what it rests on their present names; the next checkpoint writes it."""
        self._view.rename(job)

    def look(self, fingerprint: Fingerprint, looks: Mapping[str, Look]) -> None:
        """Keep what was seen in a known job's files, by their sha256; the next checkpoint writes it."""
        self._view.look(fingerprint, looks)

    def prune(self, fingerprint: Fingerprint, digests: Collection[str]) -> None:
        """Keep that some of a known job's files are deleted on purpose; the next checkpoint writes it."""
        self._view.prune(fingerprint, digests)

    async def record(self, entry: Entry) -> None:
        """Keep one attempt of a job: in the journal, durably, when this returns.

        If it is cancelled the line is kept all the same, but an intent is taken back: its call is not made.

        Raises:
            JournalError: the disk refused, or the intent was no new one: what depends on it must not be done.
            ValueError: the entry has several attempts, or could not be read back.
        """
        line = journal_line(entry)
        commits = self._require_open()
        if line.is_intent:
            self._claim(entry)
        try:
            await commits.put(line)
        except asyncio.CancelledError:
            if line.is_intent and not self._is_closed:
                _ignore_end_of(commits.put(_withdrawal(entry)))
            raise

    async def checkpoint(self) -> None:
        """Bring the lockfile up to date, durably, if its content changed; then empty the journal.

        Raises:
            SaveError: the disk refused; the journal still knows everything.
            LockfileError: somebody else changed the file and it cannot be read now; it is left so.
            JournalError: the journal could not be emptied, and takes no more lines.
        """
        await self._require_open().put_work(self._save)

    async def close(self) -> None:
        """Bring the lockfile up to date, remove the journal and let go; if the first fails the journal stays.

        Raises:
            SaveError: the disk refused; the journal still knows everything.
            LockfileError: somebody else changed the file and it cannot be read now; it is left so.
            JournalError: the journal could not be emptied.
        """
        if self._is_closed:
            return
        self._is_closed = True
        try:
            await self._end()
        finally:
            self._let_go()

    def _begin(self) -> None:
        self._commits = GroupCommit(self._appender.append, self._on_written)

    async def _end(self) -> None:
        commits, self._commits = self._commits, None
        if commits is None:
            return
        try:
            await commits.put_work(self._save)
        finally:
            commits.shut()

    def _recover(self) -> None:
        remove_stale_temporaries(self._path)
        self._view.absorb_all(self._saver.load())
        self._saved_revision = self._view.revision
        self._view.absorb_all(read_journal(self._path))
        self._save()

    def _save(self) -> None:
        """Write the lockfile, then empty the journal. No line is being written: the table has all of them."""
        if self._view.revision != self._saved_revision:
            self._view.unite(self._saver.load_changes())
            revision = self._view.revision
            self._saver.save(self.lockfile)
            self._saved_revision = revision
        if not self._appender.is_empty:
            self._appender.reset()

    def _on_written(self, line: JournalLine, error: BaseException | None) -> None:
        """Take a line into the table; an outcome even if the journal refused it: the lockfile may take it."""
        if line.is_intent:
            self._intents.discard(line.entry.fingerprint)
        is_known = error is None or not line.is_intent
        if is_known and self._view.absorb(line.entry) is line.entry:
            self._saver.learn(line)

    def _claim(self, intent: Entry) -> None:
        objection = self._view.objection_to(intent)
        if intent.fingerprint in self._intents:
            objection = f"{intent.key} is being submitted already"
        if objection:
            raise JournalError(f"not submitted again: {objection}")
        self._intents.add(intent.fingerprint)

    def _require_open(self) -> GroupCommit[JournalLine]:
        if self._commits is None or self._is_closed:
            raise JournalError(f"{self._path} is not open for writing")
        return self._commits

    def _let_go(self) -> None:
        if self._appender.is_empty:
            drop_hold(self._path, self._descriptor)
        else:
            self._appender.trim()
            os.close(self._descriptor)


def _abandon(path: Path, descriptor: int) -> None:
    """Let go of a journal that was not opened: remove it only if it was we who made it."""
    if os.fstat(descriptor).st_size == 0:
        drop_hold(path, descriptor)
    else:
        os.close(descriptor)


def _withdrawal(intent: Entry) -> JournalLine:
    taken_back = intent.primary._replace(state=State.WITHDRAWN, credits=Credits(0))
    return journal_line(intent.only(taken_back))


def _ignore_end_of(future: asyncio.Future[None]) -> None:
    """Nobody waits for it; should it fail, the job stays in doubt, which is safe."""
    future.add_done_callback(lambda done: done.cancelled() or done.exception())
