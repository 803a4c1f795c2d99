"""What a lockfile and its journal say together, read only: most commands need no more, and answer sooner."""

from __future__ import annotations

from pathlib import Path

from sora2batch.lockfile.content import Lockfile
from sora2batch.lockfile.entry import Entry
from sora2batch.lockfile.file import read_bytes, read_lockfile
from sora2batch.lockfile.job_table import JobTable
from sora2batch.lockfile.journal import decode_journal, journal_path
from sora2batch.lockfile.real_path import check_journal, written_file


def read_state(lock_path: Path, *, manifest: str | None = None) -> Lockfile:
    """Read a lockfile with the journal that a run writes, or left, folded in; nothing is locked or written.

    Where no manifest is named, the lockfile says whose it is.

    Raises:
        LockfileError: one of the two cannot be read.
    """
    path = written_file(lock_path)
    # The journal first: what a run takes out of it after that is in the lockfile by then.
    lines = read_journal(path)
    written = read_lockfile(path)
    manifest = written.manifest if manifest is None else manifest
    if not lines:
        return Lockfile(manifest=manifest, entries=written.entries)
    table = JobTable()
    table.absorb_all(written.entries.values())
    table.absorb_all(lines)
    return table.lockfile(manifest)


def read_journal(path: Path) -> tuple[Entry, ...]:
    """Read the journal of a lockfile; nothing where there is none.

    Raises:
        LockfileError: it cannot be read, or is no file of its own.
    """
    journal = journal_path(path)
    check_journal(journal)
    data = read_bytes(journal)
    return () if data is None else decode_journal(data, file=str(journal))
