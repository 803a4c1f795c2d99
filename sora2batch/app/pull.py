"""The missing files of one batch, from the store alone: no key, no API."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, repeat
from pathlib import Path

from sora2batch.app.backend.open_store import required_store
from sora2batch.app.batch.batch import Batch
from sora2batch.app.execution.result_renaming import renamer_of
from sora2batch.app.execution.settling import held
from sora2batch.app.input_restore import load_with_inputs
from sora2batch.app.output.json_document import messages_to_json, print_json
from sora2batch.app.output.output import Printer
from sora2batch.app.process.loop import run_loop
from sora2batch.app.store_args import StoreArgs, tell_warnings
from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.errors import ExitCode
from sora2batch.ground.job import Fingerprint
from sora2batch.ground.text import counted
from sora2batch.lockfile.entry import Attempt, Entry, State
from sora2batch.lockfile.lockfile_store import LockfileStore
from sora2batch.plan.action import Action, PlannedJob
from sora2batch.plan.selection import Selection
from sora2batch.run.circuit_breaker import CircuitBreaker
from sora2batch.run.folder import OutputFolder
from sora2batch.run.opened_artifact import OpenedArtifacts
from sora2batch.run.stored_files import StoredFiles, StoredSource
from sora2batch.sjinn.api_error import DownloadError
from sora2batch.sjinn.part import Part

_AT_ONCE = 8


class _NoFetcher:
    """Stands in for the API's hosts, which are not asked."""

    async def fetch_part(self, url: str, _target: Path, *, root: Path) -> Part:
        del url, root
        raise DownloadError("only the store is asked")


@dataclass(slots=True)
class Pulled:
    """What became of the jobs whose files were missing."""

    fetched: int = 0
    missing: list[tuple[str, str]] = field(default_factory=list)
    lines: int | None = None
    """Of how many jobs the fleet knew more than the lockfile; None where no fleet was asked."""

    def tell(self, args: StoreArgs, printer: Printer, *, source: str = "the store") -> None:
        """Print what came of it."""
        missing = sorted(self.missing)
        if args.as_json:
            lines: JsonObject = {} if self.lines is None else {"lines": self.lines}
            told = messages_to_json(missing)
            print_json({"version": 1, **lines, "fetched": self.fetched, "missing": told}, printer)
        else:
            for key, message in missing:
                printer.output(f"{key}: {message}")
        if self.lines is not None:
            printer.info(f"the fleet knew more of {counted(self.lines, 'job')} than the lockfile")
        jobs = counted(self.fetched, "job")
        printer.info(f"the files of {jobs} fetched from {source}, {len(missing):,} not to be had there")


def pull(args: StoreArgs, printer: Printer) -> ExitCode:
    """Fetch from the store what is missing or differs.

    Raises:
        UsageError: there is no store, or it cannot be opened.
        Sora2BatchError: what was fetched could not be written down.
    """
    batch, is_whole = load_with_inputs(args.loader, args.manifest, printer)
    with held(batch) as store:
        pulled = pull_stored(batch, store, args.select, printer)
    pulled.tell(args, printer)
    return ExitCode.OPEN if pulled.missing or not is_whole else ExitCode.DONE


def pull_stored(
    batch: Batch, store: LockfileStore, select: tuple[str, ...], printer: Printer, *, is_told: bool = True
) -> Pulled:
    """Fetch files of a batch from its store; its lockfile is held.

    Of a batch with stages those come first that others are made from: only then it is known which these are.

    Args:
        batch: whose.
        store: its lockfile.
        select: the jobs, as with --select.
        printer: who is told of failures.
        is_told: whether a line says of a file from there that it is there.

    Raises:
        UsageError: there is no store, or it cannot be opened.
    """
    fault, selection = OpenedArtifacts(batch.output_dir).opened_fault, Selection(select=select, only=True)
    puller = _Puller(batch=batch, store=store, printer=printer, is_told=is_told)
    tried: set[Fingerprint] = set()
    for is_first in chain([True], repeat(False)):
        found = batch.plan(store.lockfile, selection, fault).with_action(Action.DOWNLOAD)
        wanted = [one for one in found if one.job.fingerprint not in tried]
        if not wanted and not is_first:
            break
        run_loop(partial(puller.pull, wanted))
        tried |= {one.job.fingerprint for one in wanted}
    return puller.pulled


@dataclass(frozen=True, slots=True, kw_only=True)
class _Puller:
    """Fetches from the store of one batch."""

    batch: Batch
    store: LockfileStore
    printer: Printer
    is_told: bool
    pulled: Pulled = field(default_factory=Pulled)

    async def pull(self, wanted: Sequence[PlannedJob]) -> None:
        batch, store, places = self.batch, self.store, asyncio.Semaphore(_AT_ONCE)
        async with required_store(batch, os.environ) as opened, store.session():
            breaker = CircuitBreaker(
                tell_warnings(self.printer), consequence="pull again once that is mended"
            )
            source = StoredSource(StoredFiles(opened), breaker, is_told=self.is_told)
            folder = OutputFolder(batch.output_dir, _NoFetcher(), renamer_of(batch, store), source)
            async with asyncio.TaskGroup() as group:
                for planned in wanted:
                    group.create_task(self._pull_one(planned, folder, places))
            await store.checkpoint()

    async def _pull_one(self, planned: PlannedJob, folder: OutputFolder, places: asyncio.Semaphore) -> None:
        async with places:
            try:
                lacking = await _fetch(planned, folder, self.store)
            except DownloadError as error:
                lacking = error.message
        if lacking:
            self.pulled.missing.append((planned.job.key, lacking))
        else:
            self.pulled.fetched += 1


async def _fetch(planned: PlannedJob, folder: OutputFolder, store: LockfileStore) -> str | None:
    """Fetch the files of one job; say what the store does not have."""
    lacking: list[str] = []
    for attempt in planned.entry.attempts if planned.entry else ():
        if attempt.state is State.COMPLETED:
            outputs = await folder.collect_stored(planned.job, attempt)
            if outputs is None:
                lacking.append(_lacking(attempt))
            elif outputs != attempt.outputs:
                await store.record(Entry.of(planned.job, attempt._replace(outputs=outputs)))
    return "; ".join(lacking) or None


def _lacking(attempt: Attempt) -> str:
    paths = ", ".join(output.path or "a file that was never downloaded" for output in attempt.outputs)
    return f"not in the store: {paths}" if paths else "it has never been downloaded, so the store lacks it"
