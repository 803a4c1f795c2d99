"""Files held against what the lockfile says of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from os.path import lexists
from pathlib import Path
from typing import NamedTuple

from sora2batch.app.backend.known_secrets import redact
from sora2batch.app.batch.batch import Batch
from sora2batch.app.batch.loader import loader_for
from sora2batch.app.output.json_document import print_json
from sora2batch.app.output.output import Printer
from sora2batch.ground.canonical import JsonObject
from sora2batch.ground.errors import ExitCode
from sora2batch.ground.terminal_width import isolated
from sora2batch.ground.text import counted
from sora2batch.lockfile.content import Lockfile
from sora2batch.lockfile.entry import Attempt, Entry, State, in_line_order
from sora2batch.run.opened_artifact import OpenedArtifacts


class Difference(NamedTuple):
    """A finished attempt whose files are not what they were."""

    entry: Entry
    message: str

    @property
    def line(self) -> str:
        """Write it for a person."""
        return f"{isolated(self.entry.key)}: {self.message}"

    def to_json(self) -> JsonObject:
        """Write it for a program."""
        return {"key": self.entry.key, "message": self.message}


def verify(
    printer: Printer, *, manifest: Path, as_json: bool, simulated: bool, tools_dirs: Sequence[Path]
) -> ExitCode:
    """Hash every file and print which of them are not what they were, or never were a result.

    Raises:
        LockfileError: the lockfile cannot be read.
    """
    batch = loader_for(tools_dirs, simulated=simulated).load(manifest)
    lockfile = batch.read_lockfile()
    found = list(differences(batch, lockfile))
    if as_json:
        print_json({"version": 1, "ok": not found, "faults": [one.to_json() for one in found]}, printer)
    else:
        for one in found:
            printer.output(one.line)
    finished = sum(entry.state is State.COMPLETED for entry in lockfile.entries.values())
    checked = {entry.fingerprint for entry, _ in expected_results(batch, lockfile)}
    pruned = f", {gone:,} pruned on purpose" if (gone := max(finished - len(checked), 0)) else ""
    printer.info(f"{counted(finished - gone, 'finished job')} checked{pruned}, {len(found):,} differ")
    return end_of(found, batch, printer)


def end_of(found: Sequence[Difference], batch: Batch, printer: Printer) -> ExitCode:
    """Say what mends the files that differ, and choose the exit code."""
    if not found:
        return ExitCode.DONE
    wanted = {job.fingerprint for job in batch.expansion.jobs}
    orphans = sum(one.entry.fingerprint not in wanted for one in found)
    if orphans < len(found):
        printer.info(f"next: `sora2batch download {batch.arguments}` fetches them again, at no cost")
    if orphans:
        told = counted(orphans, "of these is", "of these are")
        printer.info(f"{told} of jobs that the manifest does not ask for, so that no command fetches them")
    return ExitCode.FAILED


def differences(batch: Batch, lockfile: Lockfile) -> Iterator[Difference]:
    """Find the files that are not what they were, or never were a result."""
    artifacts = OpenedArtifacts(batch.output_dir)
    for entry, attempt in expected_results(batch, lockfile):
        if fault := artifacts.fault(attempt):
            # A host's words that were kept as a file are told: they might hold anything.
            yield Difference(entry, redact(fault))


def expected_results(batch: Batch, lockfile: Lockfile) -> Iterator[tuple[Entry, Attempt]]:
    """Go through what is finished, orphans included, but for orphans' files that were deleted on purpose."""
    wanted = {job.fingerprint for job in batch.expansion.jobs}
    for entry in in_line_order(lockfile.entries.values()):
        for attempt in entry.attempts:
            if attempt.state is not State.COMPLETED:
                continue
            is_missed = entry.fingerprint in wanted or not any(one.pruned for one in attempt.outputs)
            expected = attempt if is_missed else _without_pruned(attempt, batch)
            if is_missed or expected.outputs:
                yield entry, expected


def _without_pruned(attempt: Attempt, batch: Batch) -> Attempt:
    paths = ((output, batch.artifacts.locate(output)) for output in attempt.outputs)
    kept = tuple(output for output, path in paths if not output.pruned or (path and lexists(path)))
    return attempt._replace(outputs=kept)
