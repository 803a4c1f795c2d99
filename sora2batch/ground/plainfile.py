"""Plain files, opened without waiting for anybody; what else has a file's name is told and left alone.

A folder may come from a stranger. Opening a pipe would wait for ever, a device is no file to be replaced, and
a link may lead to a file of somebody's somewhere else.
"""

from __future__ import annotations

import os
import re
import stat
from contextlib import suppress
from itertools import takewhile
from pathlib import Path

_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0)
# A pipe that takes a file's place between our look and our opening must not be waited for either.
_NO_WAITING = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
# Not to be listed but passed through: the right to read a folder is not needed.
_FOLDER = getattr(os, "O_PATH", os.O_RDONLY) | getattr(os, "O_DIRECTORY", 0)
_STANDARD_INPUT = Path("-")
_STREAM = re.compile("/dev/(?:stdin|stdout|stderr|null|fd/[0-9]+)|/proc/[^/]+/fd/[0-9]+")


def read_plain_file(path: Path) -> bytes:
    """Read a file, through a link if it is one; never wait for a pipe or read a device.

    Raises:
        OSError: it cannot be opened, or is not a plain file.
    """
    with os.fdopen(open_plain_file(path), "rb") as file:
        return file.read()


def read_inside(path: Path) -> bytes:
    """Read a file that a person named; through a link only in its own folder or below.

    Raises:
        OSError: it cannot be opened, is not a plain file, or leads elsewhere.
    """
    return read_plain_file(followed_inside(path))


def is_stream(path: Path) -> bool:
    """Tell whether a path is something that a process was started with: ``-``, ``/dev/stdin``, ``<(…)``."""
    return path == _STANDARD_INPUT or _STREAM.fullmatch(path.absolute().as_posix()) is not None


def read_stream(path: Path, most: int = -1) -> bytes:
    """Read what this process was started with: to its end, or so many bytes.

    Raises:
        OSError: it cannot be read.
    """
    # A copy, so that standard input stays open.
    descriptor = os.dup(0) if path == _STANDARD_INPUT else os.open(path, _READ)
    with os.fdopen(descriptor, "rb") as stream:
        return stream.read(most)


def open_plain_file(path: Path) -> int:
    """Open a file for reading, through a link if it is one.

    Raises:
        OSError: it cannot be opened, or is not a plain file.
    """
    refuse_other_kinds(path.stat())
    return _opened(os.open(path, _READ | _NO_WAITING))


def open_own_file(path: Path, flags: int, mode: int = 0o666) -> int:
    """Open what has this very name, or make it where the flags say so; a link is not followed.

    Raises:
        OSError: it cannot be opened, is a link, or is not a plain file.
    """
    refuse_unless_plain(path)
    return _opened(os.open(path, flags | _NO_WAITING | _NO_LINK, mode))


def open_below(root: str, path: str) -> int:
    """Open a file for reading that lies below a folder, through no link, not even a new one.

    Both are paths without links. Where a system cannot open step by step, only the last name is seen to.

    Raises:
        OSError: it cannot be opened, is not a plain file, or a link is on the way.
    """
    if os.open not in os.supports_dir_fd:
        return open_own_file(Path(path), _READ)
    *folders, last = path.removeprefix(root).lstrip("/").split("/")
    at = os.open(root, _FOLDER)
    try:
        for folder in folders:
            below = os.open(folder, _FOLDER | _NO_LINK, dir_fd=at)
            os.close(at)
            at = below
        refuse_other_kinds(os.stat(last, dir_fd=at, follow_symlinks=False))
        return _opened(os.open(last, _READ | _NO_WAITING | _NO_LINK, dir_fd=at))
    finally:
        os.close(at)


def refuse_unless_plain(path: Path) -> None:
    """Let a plain file pass, and a name that is free.

    Raises:
        OSError: something else has this name, a link included.
    """
    try:
        found = path.lstat()
    except FileNotFoundError:
        return
    refuse_other_kinds(found)


def refuse_other_kinds(found: os.stat_result) -> None:
    """Let a plain file pass.

    Raises:
        OSError: it is something else, a link included.
    """
    mode = found.st_mode
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(0, "it is a folder")
    if not stat.S_ISREG(mode):
        raise OSError(0, f"it is {_kind(mode)}, no plain file")


def refuse_read_only(path: Path) -> None:
    """Let a file pass that may be written, and a name that is free.

    A rename over it would not ask. Nor is the system asked alone: it lets root write everything.

    Raises:
        OSError: nobody may write it, or we may not.
    """
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return
    if not mode & 0o222 or not os.access(path, os.W_OK):
        raise PermissionError(0, "it is read-only")


def followed_inside(path: Path) -> Path:
    """Follow a link to what it leads to, in its own folder or below; any other path stays as it is spelled.

    Raises:
        OSError: it leads out of its folder or in a circle.
    """
    try:
        is_link = stat.S_ISLNK(path.lstat().st_mode)
    except FileNotFoundError:
        return path
    if not is_link:
        return path
    with suppress(FileNotFoundError):  # what it leads to may be made there
        path.stat()  # tells of a circle, whatever Python's version
    target = Path(os.path.realpath(path))
    if not target.is_relative_to(os.path.realpath(path.parent)):
        raise OSError(0, "it is a link that leads out of its folder", str(path))
    return target


def make_folders(folder: Path) -> None:
    """Make a folder and those above it that are not there, however many.

    Raises:
        OSError: something else is in the way, or the disk refused.
    """
    missing = takewhile(lambda one: not one.is_dir(), (folder, *folder.parents))
    for one in reversed(tuple(missing)):
        one.mkdir(exist_ok=True)


def is_led_out(path: Path, root: Path) -> bool:
    """Tell whether a path that is spelled inside a folder leads out of it, through a link on the way."""
    spelled, folder = (os.path.normpath(one.absolute()) for one in (path, root))
    if not Path(spelled).is_relative_to(folder):
        return False  # it says itself that it lies elsewhere
    return not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root))


def reason(error: Exception) -> str:
    """Word an error of the operating system without its number and without a path."""
    text = getattr(error, "strerror", None) or str(error)
    return text[:1].lower() + text[1:]


def _opened(descriptor: int) -> int:
    try:
        refuse_other_kinds(os.fstat(descriptor))
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _kind(mode: int) -> str:
    if stat.S_ISLNK(mode):
        return "a link"
    if stat.S_ISFIFO(mode):
        return "a pipe"
    return "a socket" if stat.S_ISSOCK(mode) else "a device"
