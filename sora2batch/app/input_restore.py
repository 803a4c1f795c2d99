"""Input files that a clone does not have, taken from the store: they are named by hash in the lockfile."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

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
from sora2batch.sjinn.part import Placed, discard, place
from sora2batch.store.content_store import ContentStore
from sora2batch.store.make import open_store
from sora2batch.store.store_location import parse_location


def load_with_inputs(loader: BatchLoader, manifest: Path, printer: Printer) -> Batch:
    """Load a manifest; where files that it names are missing, fetch those that the lockfile knows first.

    A picture that somebody took away on purpose stays away: nothing is fetched while the manifest is whole.

    Raises:
        ManifestError: it has problems, and still has them afterwards.
        UsageError: it is missing, or recorded under another name.
    """
    try:
        return loader.load(manifest)
    except ManifestError as error:
        if not any(problem.rule is Rule.UNREADABLE_FILE for problem in error.problems):
            raise
        if not _restore(loader, manifest, printer):
            raise
    return loader.load(manifest)


def _restore(loader: BatchLoader, manifest: Path, printer: Printer) -> int:
    """Fetch what is missing and tell how many files came; whatever is in the way is no reason of its own."""
    try:
        path = find_source(manifest).path
        chosen = choose_store(load_manifest(path).store)
        if chosen is None or (loader.simulated and not is_on_this_machine(chosen)):
            return 0
        missing = list(_missing(path, simulated=loader.simulated))
        count = run_loop(partial(_fetch_all, chosen, path.parent, missing)) if missing else 0
    except Sora2BatchError as error:
        printer.info(f"input files cannot be fetched from the store: {error.message}")
        return 0
    if count:
        printer.info(f"{counted(count, 'input file')} fetched from the store")
    return count


def _missing(path: Path, *, simulated: bool) -> Iterator[FileInput]:
    lockfile = read_state(lock_path_of(path, simulated=simulated), manifest=path.name)
    named = (found for entry in lockfile.entries.values() for found in file_inputs_in(entry.input))
    for found in dict.fromkeys(named):
        with suppress(TreeError):  # a line that was edited by hand leads nowhere
            if not os.path.lexists(path.parent.joinpath(*checked_parts(found.file))):
                yield found


async def _fetch_all(chosen: ChosenStore, folder: Path, missing: list[FileInput]) -> int:
    location = parse_location(chosen.url, public_url=chosen.public_url)
    async with open_store(location, os.environ) as store:
        return sum([await _fetch(store, folder, found) for found in missing])


async def _fetch(store: ContentStore, folder: Path, found: FileInput) -> bool:
    """Put a file in its place, unless something is there by now; False if the store does not have it."""
    for name in input_names(found.sha256, found.file):
        length = await store.length_of(name)
        if length is None:
            continue
        output = Output(path=found.file, sha256=found.sha256, bytes=length)
        target = folder.joinpath(*checked_parts(found.file))
        part = await StoredFiles(store).fetch_object(name, output, target, root=folder)
        if isinstance(place(part, target), Placed):
            return True
        discard(part)
        return False
    return False
