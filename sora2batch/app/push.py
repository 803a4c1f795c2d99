"""What is on disk of a batch's results, put in the store."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from sora2batch.app.backend.open_store import required_store
from sora2batch.app.batch.batch import Batch
from sora2batch.app.execution.settling import held
from sora2batch.app.output.json_document import messages_to_json, print_json
from sora2batch.app.output.output import Printer
from sora2batch.app.process.loop import run_loop
from sora2batch.app.store_args import StoreArgs, tell_warnings
from sora2batch.ground.canonical import JsonValue
from sora2batch.ground.errors import ExitCode, Sora2BatchError
from sora2batch.ground.file_input import file_inputs_in
from sora2batch.lockfile.entry import Attempt, Entry, Output, State
from sora2batch.lockfile.lockfile_store import LockfileStore
from sora2batch.matrix.input_file import InputFile
from sora2batch.plan.selection import Selection
from sora2batch.run.circuit_breaker import CircuitBreaker
from sora2batch.run.entries import with_stored
from sora2batch.run.input_urls import object_of
from sora2batch.run.opened_artifact import OpenedArtifacts
from sora2batch.run.stored_files import StoredFiles
from sora2batch.store.content_store import ContentStore

_AT_ONCE = 4


def push(args: StoreArgs, printer: Printer) -> ExitCode:
    """Put every recorded result that is on disk, and every file that was sent, in the store.

    Raises:
        UsageError: there is no store, or it cannot be opened.
        Sora2BatchError: what was put could not be written down.
    """
    batch = args.load()
    with held(batch) as store:
        pushed = run_loop(partial(_push, batch, store, args.select, printer))
    if args.as_json:
        print_json(pushed.to_json(), printer)
    else:
        for key, message in pushed.missing + pushed.failed:
            printer.output(f"{key}: {message}")
    printer.info(
        f"{pushed.new:,} put in the store, {pushed.there:,} were there, {len(pushed.missing):,} missing on "
        f"disk, {len(pushed.failed):,} failed"
    )
    return ExitCode.OPEN if pushed.missing or pushed.failed else ExitCode.DONE


@dataclass(slots=True)
class _Pushed:
    """What became of the results."""

    new: int = 0
    there: int = 0
    missing: list[tuple[str, str]] = field(default_factory=list)
    """Neither on disk, as they were, nor in the store."""
    failed: list[tuple[str, str]] = field(default_factory=list)

    def to_json(self) -> dict[str, JsonValue]:
        return {
            "version": 1,
            "put": self.new,
            "there": self.there,
            "missing": messages_to_json(sorted(self.missing)),
            "failed": messages_to_json(sorted(self.failed)),
        }


def entries_of(batch: Batch, entries: Sequence[Entry], select: tuple[str, ...]) -> tuple[Entry, ...]:
    """Choose what a command is about: the jobs that are named, or everything, orphans included.

    Raises:
        UsageError: a glob fits no job.
    """
    if not select:
        return tuple(entries)
    keys = {job.key for job in Selection(select=select, only=True).pick(batch.expansion.asked)}
    wanted = {job.fingerprint for job in batch.expansion.jobs if job.key in keys}
    return tuple(entry for entry in entries if entry.fingerprint in wanted)


async def _push(batch: Batch, store: LockfileStore, select: tuple[str, ...], printer: Printer) -> _Pushed:
    entries = entries_of(batch, list(store.lockfile.entries.values()), select)

    opening: AbstractAsyncContextManager[ContentStore] = required_store(batch, os.environ)
    async with opening as opened, store.session():
        breaker = CircuitBreaker(tell_warnings(printer), consequence="push again once that is mended")
        pusher = _Pusher(StoredFiles(opened), OpenedArtifacts(batch.output_dir), store, breaker)
        async with asyncio.TaskGroup() as group:
            for entry in entries:
                group.create_task(pusher.push(entry))
        for digest, path in _inputs_of(batch, entries).items():
            await pusher.push_input(opened, batch.expansion.files[digest], path)
        await store.checkpoint()
    return pusher.pushed


def _inputs_of(batch: Batch, entries: Sequence[Entry]) -> dict[str, Path]:
    """Find the files that were sent and are still here: a clone wants them as well."""
    sent = {found.sha256 for entry in entries for found in file_inputs_in(entry.input)}
    return {digest: path for digest, path in batch.input_paths.items() if digest in sent}


class _Pusher:
    def __init__(
        self, files: StoredFiles, artifacts: OpenedArtifacts, store: LockfileStore, breaker: CircuitBreaker
    ) -> None:
        self.pushed = _Pushed()
        self._files = files
        self._artifacts = artifacts
        self._store = store
        self._breaker = breaker
        self._places = asyncio.Semaphore(_AT_ONCE)

    async def push(self, entry: Entry) -> None:
        """Put the files of a job in the store, and write down which are there."""
        async with self._places:
            for attempt in entry.attempts:
                if attempt.state is State.COMPLETED:
                    await self._push_attempt(entry, attempt)

    async def push_input(self, opened: ContentStore, file: InputFile, path: Path) -> None:
        """Put a file that some job was sent with in the store."""
        if self._breaker.is_open:
            self.pushed.failed.append((file.file, "the store has failed before"))
            return
        try:
            is_new = await opened.put_file(object_of(file), path)
        except Sora2BatchError as error:
            self._breaker.note_failure(error)
            self.pushed.failed.append((file.file, error.message))
            return
        self.pushed.new += is_new
        self.pushed.there += not is_new

    async def _push_attempt(self, entry: Entry, attempt: Attempt) -> None:
        digests = [one.sha256 for one in attempt.outputs if await self._is_stored(entry.key, one)]
        stored = with_stored(attempt, {digest for digest in digests if digest})
        if stored != attempt:
            await self._store.record(entry.only(stored))

    async def _is_stored(self, key: str, output: Output) -> bool:
        """Put a file there if need be; tell whether it is there."""
        if output.sha256 is None:
            self.pushed.missing.append((key, "its file has not been downloaded"))
            return False
        if self._breaker.is_open:
            self.pushed.failed.append((key, f"{output.path}: the store has failed before"))
            return False
        try:
            is_there = await self._look_and_put(key, output)
        except Sora2BatchError as error:
            self._breaker.note_failure(error)
            self.pushed.failed.append((key, error.message))
            return False
        self._breaker.note_success()
        return is_there

    async def _look_and_put(self, key: str, output: Output) -> bool:
        if await self._files.find(output):
            self.pushed.there += 1
            return True
        path = self._artifacts.locate(output)
        fault = await asyncio.to_thread(self._artifacts.output_fault, output)
        if path is None or fault:
            self.pushed.missing.append((key, fault or f"{output.path} lies outside the output folder"))
            return False
        is_new = await self._files.put(output, path)
        self.pushed.new += is_new  # not in one step: others count while this one waits
        return True
