"""Files for results: looked at before the work, and written whole or not at all.

Only plain files are replaced, and of these only our own. A link is followed to a plain file in its own folder
or below, and stays a link; any other is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sora2batch.ground.disk import SystemDisk, replace_file
from sora2batch.ground.errors import UsageError
from sora2batch.ground.plainfile import followed_inside, reason, refuse_read_only, refuse_unless_plain

STANDARD_OUTPUT = Path("-")
_HINT = "name another file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaceable:
    """Which files a result may replace: older ones of its own kind, and empty ones."""

    noun: str
    """What such a file is: ``gallery``."""
    is_one: Callable[[Path], bool]
    """Asked of plain files only."""
    hint: str = _HINT


def check_target(path: Path, ours: Replaceable) -> Path:
    """Find the file that a result is to be written to, and make sure that it may.

    Raises:
        UsageError: the folder is missing, or something else has this name.
    """
    check_folder(path)
    try:
        target = followed_inside(path)
        refuse_unless_plain(target)
        refuse_read_only(target)
        may_be_replaced = not target.exists() or not target.stat().st_size or ours.is_one(target)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {reason(error)}", hint=ours.hint) from error
    if not may_be_replaced:
        raise UsageError(f"{path} is there already and is no {ours.noun}", hint=ours.hint)
    return target


def write_over(path: Path, data: bytes, ours: Replaceable) -> None:
    """Write a result in place of an older one.

    Raises:
        UsageError: something else has its name, or it cannot be written; what was there is there still.
    """
    put_in_place(check_target(path, ours), data)


def check_free(path: Path) -> None:
    """Refuse a name that is taken, be it by a link that leads nowhere.

    Raises:
        UsageError: it is, or its folder is missing.
    """
    if not path.parent.is_dir():
        raise UsageError(f"{path}: there is no folder {path.parent}")
    try:
        path.lstat()
    except FileNotFoundError:
        return
    except OSError as error:
        raise UsageError(f"{path}: {reason(error)}") from error
    raise _exists(path)


def write_new(path: Path, text: str) -> None:
    """Write a file, durably, that nobody else has written.

    Raises:
        UsageError: somebody has, or the disk refused; nothing is left behind.
    """
    try:
        path.open("xb").close()  # from here on the name is ours, whoever else writes in this folder
    except FileExistsError as error:
        raise _exists(path) from error
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error
    try:
        put_in_place(path, text.encode())
    except UsageError:
        with suppress(OSError):
            path.unlink()
        raise


def check_folder(path: Path) -> None:
    """Refuse a file's name in a folder that is not there.

    Raises:
        UsageError: it is not.
    """
    if not path.parent.is_dir():
        raise UsageError(f"cannot write {path}: there is no folder {path.parent}")


def put_in_place(path: Path, data: bytes) -> None:
    """Write a file of which whoever calls knows that it may be replaced; a link is not followed.

    Raises:
        UsageError: something that is no plain file has its name, or the disk refused; what was there stands.
    """
    try:
        replace_file(path, data, disk=SystemDisk())
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror or error}") from error


def _exists(path: Path) -> UsageError:
    return UsageError(f"{path} exists already", hint=f"{_HINT}; nothing was changed")
