"""Input files that a clone does not have, taken from the store: they are named by hash in the lockfile."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple

from sora2batch.app.batch.batch import Batch
from sora2batch.app.batch.chosen_store import ChosenStore, choose_store, is_on_this_machine
from sora2batch.app.batch.layout import lock_path_of
from sora2batch.app.batch.loader import BatchLoader
from sora2batch.app.batch.source import find_source
from sora2batch.app.output.output import Printer
from sora2batch.app.process.loop import run_loop
from sora2batch.ground.errors import Sora2BatchError
from sora2batch.ground.file_input import FileInput, file_inputs_in
from sora2batch.ground.rule import Rule
from sora2batch.ground.text import counted
from sora2batch.lockfile.entry import Output
from sora2batch.lockfile.state import read_state
from sora2batch.manifest.load import load_manifest
from sora2batch.manifest.manifest_error import ManifestError
from sora2batch.manifest.tree import TreeError, checked_parts
from sora2batch.run.stored_files import StoredFiles, input_names
from sora2batch.sjinn.part import Part, Placed, discard, place
from sora2batch.store.content_store import ContentStore
from sora2batch.store.make import open_store
from sora2batch.store.store_location import parse_location


class _Restored(NamedTuple):
    """What became of the files that were missing."""

    number: int
    """Of those that are there now."""
    lost: tuple[str, ...]
    """Those that could not be had, each with the reason."""


_NOTHING = _Restored(0, ())


def load_with_inputs(loader: BatchLoader, manifest: Path, printer: Printer) -> tuple[Batch, bool]:
    """Load a manifest; where files that it names are missing, fetch those that the lockfile knows first.

    A picture that somebody took away on purpose stays away: nothing is fetched while the manifest is whole.
    The second value is false where a file could not be had, which is told.

    Raises:
        ManifestError: it has problems, and still has them afterwards.
        UsageError: it is missing, or recorded under another name.
    """
    try:
        return loader.load(manifest), True
    except ManifestError as error:
        if not any(problem.rule is Rule.UNREADABLE_FILE for problem in error.problems):
            raise
        restored = _restore(loader, manifest, printer)
        if not restored.number:
            raise
    return loader.load(manifest), not restored.lost


def _restore(loader: BatchLoader, manifest: Path, printer: Printer) -> _Restored:
    """Fetch what is missing and tell how many files came; whatever is in the way is no reason of its own."""
    try:
        path = find_source(manifest).path
        chosen = choose_store(load_manifest(path))
        if chosen is None or (loader.simulated and not is_on_this_machine(chosen)):
            return _NOTHING
        missing = list(_missing(path, simulated=loader.simulated))
        restored = run_loop(partial(_fetch_all, chosen, path.parent, missing)) if missing else _NOTHING
    except Sora2BatchError as error:
        printer.info(f"input files cannot be fetched from the store: {error.message}")
        return _NOTHING
    if restored.number:
        printer.info(f"{counted(restored.number, 'input file')} fetched from the store")
    for lost in restored.lost:
        printer.error(f"an input file cannot be had: {lost}")
    return restored


def _missing(path: Path, *, simulated: bool) -> Iterator[FileInput]:
    lockfile = read_state(lock_path_of(path, simulated=simulated), manifest=path.name)
    named = (found for entry in lockfile.entries.values() for found in file_inputs_in(entry.input))
    for found in dict.fromkeys(named):
        with suppress(TreeError):  # a line that was edited by hand leads nowhere
            if not os.path.lexists(path.parent.joinpath(*checked_parts(found.file))):
                yield found


async def _fetch_all(chosen: ChosenStore, folder: Path, missing: list[FileInput]) -> _Restored:
    location = parse_location(chosen.url, public_url=chosen.public_url)
    parts: list[tuple[Path, Part]] = []
    lost: list[str] = []
    async with open_store(location, os.environ) as store:
        for found in missing:
            target = folder.joinpath(*checked_parts(found.file))
            try:
                part = await _fetch(store, folder, target, found)
            except Sora2BatchError as error:
                lost.append(f"{found.file}: {error.message}")
                continue
            if part is None:
                lost.append(f"{found.file}: not in the store")
            else:
                parts.append((target, part))
    # Placed at the end, so that a call that breaks off leaves a clone as it was.
    return _Restored(sum([_place(part, target) for target, part in parts]), tuple(lost))


async def _fetch(store: ContentStore, folder: Path, target: Path, found: FileInput) -> Part | None:
    """Fetch a file to its temporary name; None if the store does not have it."""
    for name in input_names(found.sha256, found.file):
        length = await store.length_of(name)
        if length is not None:
            output = Output(path=found.file, sha256=found.sha256, bytes=length)
            return await StoredFiles(store).fetch_object(name, output, target, root=folder)
    return None


def _place(part: Part, target: Path) -> bool:
    """Give a file its name, unless something has it by now."""
    if isinstance(place(part, target), Placed):
        return True
    discard(part)
    return False
