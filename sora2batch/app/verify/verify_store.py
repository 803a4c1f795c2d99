"""The objects that a lockfile speaks of, looked for in the store."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from sora2batch.app.backend.open_store import required_store
from sora2batch.app.batch.batch import Batch
from sora2batch.app.batch.loader import loader_for
from sora2batch.app.output.json_document import print_json
from sora2batch.app.output.output import Printer
from sora2batch.app.process.loop import run_loop
from sora2batch.ground.canonical import JsonValue
from sora2batch.ground.errors import ExitCode
from sora2batch.ground.file_input import file_inputs_in
from sora2batch.ground.terminal_width import isolated
from sora2batch.ground.text import counted
from sora2batch.lockfile.content import Lockfile
from sora2batch.lockfile.entry import Entry, State, in_line_order
from sora2batch.run.object_store import ObjectStore
from sora2batch.run.stored_files import input_names, object_names

_AT_ONCE = 16


class _Expected(NamedTuple):
    """An object that is to be there."""

    key: str
    """The job that speaks of it."""
    path: str
    sha256: str
    bytes: int | None
    """None for an input: nobody wrote down how long it is."""


class _Missing(NamedTuple):
    """What is wrong with an object."""

    key: str
    name: str
    message: str
    is_lacking: bool
    """Whether it is not there at all."""
    is_result: bool


def verify_store(
    printer: Printer, *, manifest: Path, as_json: bool, simulated: bool, tools_dirs: Sequence[Path]
) -> ExitCode:
    """Look at every object, and print which are not there or have another length.

    Raises:
        UsageError: there is no store, or it cannot be opened.
        StoreError: it does not say.
    """
    batch = loader_for(tools_dirs, simulated=simulated).load(manifest)
    expected = tuple(dict.fromkeys(_expected(batch.read_lockfile())))
    store_url, faults = run_loop(partial(_look, batch, expected))
    if as_json:
        told: list[JsonValue] = [
            {"key": one.key, "store": store_url, "object": one.name, "message": one.message} for one in faults
        ]
        print_json({"version": 1, "ok": not faults, "faults": told}, printer)
    else:
        for one in faults:
            printer.output(f"{isolated(one.key)}: {one.message}: {store_url}/{one.name}")
    printer.info(f"{counted(len(expected), 'object')} of {store_url} checked, {len(faults):,} differ")
    lacking = [one for one in faults if one.is_lacking]
    if any(one.is_result for one in lacking) and not batch.stores_outputs:
        printer.info(
            "notice: runs put no results there, as the manifest does not say `store: {outputs: true}`"
        )
    if lacking:
        printer.info(f"next: `sora2batch push {batch.arguments}` puts there what is on disk")
    return ExitCode.FAILED if faults else ExitCode.DONE


def _expected(lockfile: Lockfile) -> Iterator[_Expected]:
    for entry in in_line_order(lockfile.entries.values()):
        yield from _inputs(entry)
        for attempt in entry.attempts:
            for output in attempt.outputs if attempt.state is State.COMPLETED else ():
                if output.sha256:
                    yield _Expected(entry.key, output.path or "", output.sha256, output.bytes)


def _inputs(entry: Entry) -> Iterator[_Expected]:
    for found in file_inputs_in(entry.input):
        yield _Expected(entry.key, found.file, found.sha256, None)


async def _look(batch: Batch, expected: Sequence[_Expected]) -> tuple[str, list[_Missing]]:
    places, lengths = asyncio.Semaphore(_AT_ONCE), dict[str, tuple[str, int | None]]()

    async def look(one: _Expected) -> None:
        async with places:
            lengths[one.sha256] = await _find(store, one)

    async with required_store(batch, os.environ) as store:
        async with asyncio.TaskGroup() as group:
            for one in {each.sha256: each for each in expected}.values():
                group.create_task(look(one))
        found = [fault for one in expected if (fault := _fault(one, *lengths[one.sha256]))]
        return store.location.url, found


async def _find(store: ObjectStore, one: _Expected) -> tuple[str, int | None]:
    """Find an object under any of the names that it may have; the likeliest where there is none."""
    proposed = input_names if one.bytes is None else object_names
    names = list(proposed(one.sha256, one.path))
    for name in names:
        length = await store.length_of(name)
        if length is not None:
            return name, length
    return names[0], None


def _fault(one: _Expected, name: str, length: int | None) -> _Missing | None:
    if length is None:
        return _Missing(
            one.key, name, "there is no such object", is_lacking=True, is_result=one.bytes is not None
        )
    if one.bytes is not None and length != one.bytes:
        message = f"it has {length:,} bytes, not {one.bytes:,}"
        return _Missing(one.key, name, message, is_lacking=False, is_result=True)
    return None
