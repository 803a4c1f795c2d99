"""Where a lockfile and its journal really are: links are not followed out of their folder."""

from __future__ import annotations

from pathlib import Path

from sora2batch.ground.plainfile import followed_inside, reason, refuse_unless_plain
from sora2batch.lockfile.journal import LOCK_SUFFIX
from sora2batch.lockfile.lockfile_error import LockfileError

_HINT = "nothing was read or written; remove it, or put the file itself there"


def written_file(lock_path: Path) -> Path:
    """Follow a link to the lockfile that is written; any other path stays as the user spelled it.

    Raises:
        LockfileError: the link leads out of its folder, in a circle, or to what is no lockfile by its name.
    """
    try:
        path = followed_inside(lock_path)
    except OSError as error:
        raise LockfileError(f"cannot use {lock_path}: {reason(error)}", hint=_HINT) from error
    if path is not lock_path and not path.name.endswith(LOCK_SUFFIX):
        message = f"cannot use {lock_path}: it is a link to {path.name}, which is no lockfile's name"
        raise LockfileError(message, hint=_HINT)
    return path


def check_journal(journal: Path) -> None:
    """Let a journal pass that is a file of this one name, and a name that is free: it is written in place.

    Raises:
        LockfileError: it is a link, has another name as well, or is no plain file.
    """
    try:
        refuse_unless_plain(journal)
        has_other_names = journal.exists() and journal.stat().st_nlink > 1
    except OSError as error:
        raise LockfileError(f"cannot use {journal}: {reason(error)}", hint=_HINT) from error
    if has_other_names:
        hint = f"copy it, so that it is a file of its own: cp {journal.name} copy && mv copy {journal.name}"
        raise LockfileError(f"cannot use {journal}: it is a hard link to another file", hint=hint)
