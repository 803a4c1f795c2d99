"""Files held against what the lockfile says of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from sora2batch.app.backend.connection import redact
from sora2batch.app.batch.batch import Batch
from sora2batch.app.batch.loader import loader_for
from sora2batch.app.output.json_document import print_json
from sora2batch.app.output.output import Printer
from sora2batch.ground.canonical import JsonValue
from sora2batch.ground.errors import ExitCode
from sora2batch.ground.terminal_width import isolated
from sora2batch.lockfile.content import Lockfile
from sora2batch.lockfile.entry import State
from sora2batch.run.opened_artifact import OpenedArtifacts


def verify(
    printer: Printer, *, manifest: Path, as_json: bool, simulated: bool, tools_dirs: Sequence[Path]
) -> ExitCode:
    """Hash every file and print which of them are not what they were, or never were a result.

    Raises:
        LockfileError: the lockfile cannot be read.
    """
    batch = loader_for(tools_dirs, simulated=simulated).load(manifest)
    lockfile = batch.read_lockfile()
    faults = list(faults_of(batch, lockfile))
    if as_json:
        told: list[JsonValue] = [{"key": key, "message": message} for key, message in faults]
        print_json({"version": 1, "ok": not faults, "faults": told}, printer)
    else:
        for key, message in faults:
            printer.output(f"{isolated(key)}: {message}")
    finished = sum(entry.state is State.COMPLETED for entry in lockfile.entries.values())
    printer.info(f"{finished:,} finished jobs checked, {len(faults):,} differ")
    return end_of(faults, batch, printer)


def end_of(faults: Sequence[tuple[str, str]], batch: Batch, printer: Printer) -> ExitCode:
    """Say what mends the files that differ, and choose the exit code."""
    if not faults:
        return ExitCode.DONE
    printer.info(f"next: `sora2batch download {batch.arguments}` fetches them again, at no cost")
    return ExitCode.FAILED


def faults_of(batch: Batch, lockfile: Lockfile) -> Iterator[tuple[str, str]]:
    """Find the files that are not what they were, or never were a result; each as its job's key and why."""
    artifacts = OpenedArtifacts(batch.output_dir)
    for entry in sorted(lockfile.entries.values(), key=lambda entry: (entry.key, entry.fingerprint)):
        for attempt in entry.attempts:
            if attempt.state is State.COMPLETED and (fault := artifacts.fault(attempt)):
                # A host's words that were kept as a file are told: they might hold anything.
                yield entry.key, redact(fault)
