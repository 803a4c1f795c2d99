"""Lockfiles checked, resolved and merged on the command line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sora2batch.app.output.first_keys import first_keys
from sora2batch.app.output.output import Printer
from sora2batch.ground.errors import ExitCode, Sora2BatchError, UsageError, gravest
from sora2batch.ground.plainfile import is_stream, read_plain_file, read_stream
from sora2batch.ground.text import counted
from sora2batch.lockfile.codec import decode_lockfile
from sora2batch.lockfile.content import Lockfile
from sora2batch.lockfile.file import write_lockfile
from sora2batch.lockfile.merge import merge_lockfiles, resolve_conflicts
from sora2batch.lockfile.real_path import written_file


def resolve_file(printer: Printer, *, file: Path) -> None:
    """Unite both sides of the conflict marks in a lockfile, in place.

    Raises:
        UsageError: there is no such file.
        LockfileError: a line on either side cannot be read; the file is left as it was.
    """
    lockfile = resolve_conflicts(_read(file), file=str(file))
    write_lockfile(file, lockfile)
    printer.info(_summary(file, lockfile))
    if twice := [entry.key for entry in lockfile.entries.values() if entry.is_paid_twice]:
        printer.info(f"paid more than once: {len(twice):,}: {first_keys(twice)}; all their tasks are kept")


def check_files(printer: Printer, *, files: Sequence[Path]) -> ExitCode:
    """Tell which lockfiles cannot be read: what git has left marks in, say. Nothing is written."""
    codes = {ExitCode.DONE}
    for file in files:
        try:
            lockfile = decode_lockfile(_read(file), file=str(file))
        except Sora2BatchError as error:
            printer.failure(error)
            codes.add(error.exit_code)
        else:
            printer.info(_summary(file, lockfile))
    return gravest(codes)


def _summary(file: Path, lockfile: Lockfile) -> str:
    return f"{file}: {counted(len(lockfile.entries), 'job')}, {lockfile.spent:,} credits"


def merge_files(printer: Printer, *, base: Path, ours: Path, theirs: Path) -> None:
    """Merge two descendants of a lockfile into the first of them, as git asks of a merge driver.

    Raises:
        UsageError: a file is missing.
        LockfileError: one of them cannot be read; all are left as they were.
    """
    merged = merge_lockfiles(
        _lockfile(base, _read_given(base)),
        _lockfile(ours, _read(ours)),
        _lockfile(theirs, _read_given(theirs)),
    )
    write_lockfile(ours, merged)
    printer.debug(_summary(ours, merged))


def _lockfile(path: Path, data: bytes) -> Lockfile:
    """Decode one side; git gives an empty file where that side has none."""
    return decode_lockfile(data, file=str(path)) if data.strip() else Lockfile(manifest="")


def _read_given(path: Path) -> bytes:
    """Read a side that is not written to: it may be what ``<(git show …)`` gives."""
    if not is_stream(path):
        return _read(path)
    try:
        return read_stream(path)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error


def _read(path: Path) -> bytes:
    try:
        return read_plain_file(written_file(path))
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error
