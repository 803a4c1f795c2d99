"""Two lockfiles made one: nothing that was paid for on either side is lost."""

from __future__ import annotations

from sora2batch.lockfile.codec import decode_lines, is_conflict_mark, numbered_lines
from sora2batch.lockfile.content import Lockfile, lockfile_of
from sora2batch.lockfile.entry import Entry
from sora2batch.lockfile.fold import fold, fold_all
from sora2batch.lockfile.lockfile_error import LockfileError


def resolve_conflicts(data: bytes, *, file: str) -> Lockfile:
    """Read a lockfile that has conflict marks, uniting all sides of them; the header is the first one's.

    Raises:
        LockfileError: a line between the marks is broken, or there is no header.
    """
    lines = ((number, line) for number, line in numbered_lines(data) if not is_conflict_mark(line))
    decoded = decode_lines(lines, file=file, hint="mend the line first; the file was left as it is")
    if not decoded.headers:
        raise LockfileError(f"{file} has no header line", hint="restore the file from git")
    return lockfile_of(str(decoded.headers[0]["manifest"]), fold_all(decoded.entries).values())


def merge_lockfiles(base: Lockfile, ours: Lockfile, theirs: Lockfile) -> Lockfile:
    """Unite two lockfiles that grew from one.

    A line that only one side has stays, even if it stood in the base: what was paid is never dropped. A job
    that one side renamed has the new name; a file that one side moved has the new path.
    """
    merged = dict(ours.entries)
    for fingerprint, entry in theirs.entries.items():
        mine = merged.get(fingerprint)
        merged[fingerprint] = entry if mine is None else _merge(base.get(fingerprint), mine, entry)
    return Lockfile(manifest=ours.manifest, entries=merged)


def _merge(base: Entry | None, ours: Entry, theirs: Entry) -> Entry:
    united = fold(ours, theirs)
    if base is None:
        return united
    if ours.with_paths_of(base) == ours:
        united = united.with_paths_of(theirs)
    elif theirs.with_paths_of(base) == theirs:
        united = united.with_paths_of(ours)
    if ours.input == base.input:
        united = united.with_input(theirs.input)
    elif theirs.input == base.input:
        united = united.with_input(ours.input)
    if ours.key == theirs.key:
        return united
    if ours.key == base.key:
        return united.with_key(theirs.key)
    return united.with_key(ours.key) if theirs.key == base.key else united
