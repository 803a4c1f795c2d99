"""Every finished clip looked at again: what somebody should look at is told, and kept in the lockfile."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import NamedTuple

from sora2batch.app.batch.batch import Batch
from sora2batch.app.batch.loader import loader_for
from sora2batch.app.execution.clip_check import BatchCheck
from sora2batch.app.execution.settling import held
from sora2batch.app.output.json_document import print_json
from sora2batch.app.output.output import Display, Printer
from sora2batch.app.process.loop import run_loop
from sora2batch.app.verify.verify import Difference, differences, end_of, expected_results
from sora2batch.clipcheck.checker import ClipChecker
from sora2batch.ground.canonical import JsonValue
from sora2batch.ground.errors import ExitCode
from sora2batch.ground.job import Fingerprint
from sora2batch.ground.terminal_width import isolated
from sora2batch.ground.text import counted
from sora2batch.lockfile.content import Lockfile
from sora2batch.lockfile.entry import Entry, Look, Output, reasons_of
from sora2batch.lockfile.lockfile_store import LockfileStore

_MOST_PROCESSES = 4


class _Clip(NamedTuple):
    """A file that is as the lockfile says."""

    entry: Entry
    output: Output
    path: Path


class _Seen(NamedTuple):
    """What was seen in it."""

    clip: _Clip
    look: Look


def verify_look(
    printer: Display, *, manifest: Path, as_json: bool, simulated: bool, tools_dirs: Sequence[Path]
) -> ExitCode:
    """Hash every file, look at those that are what they were, and keep what was seen.

    Raises:
        LockHeldError: a run has the lockfile; nothing was looked at.
        LockfileError: the lockfile cannot be read or written.
    """
    batch = loader_for(tools_dirs, simulated=simulated).load(manifest)
    if not batch.read_lockfile().entries:
        _tell(printer, [], [], 0, as_json=as_json)
        return ExitCode.DONE
    with held(batch) as store:
        found = list(differences(batch, store.lockfile))
        clips = list(_clips(batch, store.lockfile, {one.entry.key for one in found}))
        seen = run_loop(partial(_look_and_keep, batch, store, clips, printer))
    _tell(printer, found, seen, len(clips), as_json=as_json)
    return end_of(found, batch, printer)


def _clips(batch: Batch, lockfile: Lockfile, faulty: set[str]) -> Iterator[_Clip]:
    """Find what there is to look at, orphans included; a file that is another one now is none of ours."""
    for entry, attempt in expected_results(batch, lockfile):
        for output in attempt.outputs if entry.key not in faulty else ():
            path = batch.artifacts.locate(output)
            if path is not None and output.sha256:
                yield _Clip(entry, output, path)


async def _look_and_keep(
    batch: Batch, store: LockfileStore, clips: Sequence[_Clip], printer: Display
) -> list[_Seen]:
    """Look at every clip; what is found takes the place of what was found before."""
    async with AsyncExitStack() as stack:
        advance = stack.enter_context(printer.work("looking", len(clips)))
        await stack.enter_async_context(store.session())
        processes = min(_MOST_PROCESSES, os.cpu_count() or 1)
        check = BatchCheck(batch, await stack.enter_async_context(ClipChecker(processes)))

        async def look(clip: _Clip) -> _Seen | None:
            found = await check.look_at(clip.entry.tool_type, clip.entry.input, clip.path)
            advance(1)
            if isinstance(found, str):
                printer.debug(f"not checked: {isolated(clip.entry.key)}: {isolated(found)}")
                return None
            return _Seen(clip, found)

        seen = [one for one in await asyncio.gather(*map(look, clips)) if one]
        looks: dict[Fingerprint, dict[str, Look]] = {}
        for one in seen:
            looks.setdefault(one.clip.entry.fingerprint, {})[one.clip.output.sha256 or ""] = one.look
        for fingerprint, by_digest in looks.items():
            store.look(fingerprint, by_digest)
        await store.checkpoint()
    return seen


def _tell(
    printer: Printer, found: Sequence[Difference], seen: Sequence[_Seen], whole: int, *, as_json: bool
) -> None:
    if as_json:
        print_json(
            {
                "version": 1,
                "ok": not found,
                "faults": [one.to_json() for one in found],
                "look": list(_look_to_json(seen)),
            },
            printer,
        )
    else:
        printer.output_listing(one.line for one in found)
        printer.output_listing(
            f"{isolated(one.clip.entry.key)}: {reasons_of(one.look)}" for one in seen if one.look
        )
    to_look_at = sum(bool(one.look) for one in seen)
    unchecked = f", {whole - len(seen):,} not checked" if whole > len(seen) else ""
    told = f"{counted(len(seen), 'clip')} looked at, {to_look_at:,} to look at{unchecked}"
    printer.info(f"{told}; {len(found):,} differ")


def _look_to_json(seen: Sequence[_Seen]) -> Iterator[JsonValue]:
    for one in seen:
        for finding, reason in one.look:
            yield {
                "key": one.clip.entry.key,
                "path": one.clip.output.path,
                "finding": finding,
                "reason": reason,
            }
