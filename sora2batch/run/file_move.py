"""A file gets another name: the new one is durable before the old one goes, so at no moment has it none."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import suppress
from hashlib import file_digest
from pathlib import Path

from sora2batch.ground.disk import SystemDisk
from sora2batch.ground.job import FORMER_FOLDER
from sora2batch.ground.plainfile import is_led_out, open_own_file
from sora2batch.sjinn.part import PartFile, Placed, discard, make_folder, part_path, place

_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0)
_CHUNK_BYTES = 1024 * 1024


def duplicate(source: Path, target: Path, root: Path) -> bool:
    """Give a file a second name, durably and never over another file; False where another has that name.

    The same bytes under that name count as ours: they are from a run that was killed before it wrote down
    where the file is now.

    Raises:
        DownloadError: a folder on the way is a link to elsewhere, or is none.
        OSError: the disk refused.
    """
    make_folder(target, root)
    try:
        os.link(source, target, follow_symlinks=False)
    except FileExistsError:
        if not are_same(source, target):
            return False
    except (OSError, NotImplementedError):
        # Some file systems know no hard links.
        if not are_same(source, target) and not _copy(source, target, root / FORMER_FOLDER):
            return False
    _sync_folders(target, root)
    return True


def remove_duplicate(source: Path, target: Path, root: Path) -> None:
    """Take the first name of a file away, if the second one still leads to the same bytes.

    A name to which a link leads out of the root is not ours to take away.

    Raises:
        OSError: the disk refused; both names are there.
    """
    if is_led_out(source.parent, root) or not are_same(source, target):
        return
    source.unlink()
    SystemDisk().sync_folder(source.parent)
    former = root / FORMER_FOLDER
    with suppress(OSError):  # a folder that is not empty
        for folder in source.parents:
            if folder != former and former not in folder.parents:
                return
            folder.rmdir()


def files_below(folder: Path) -> Iterator[Path]:
    """Find the plain files of a folder of ours; links are not followed."""
    if folder.is_symlink():
        return
    for path, _, names in os.walk(folder):
        yield from (Path(path, name) for name in sorted(names))


def are_same(one: Path, other: Path) -> bool:
    """Tell whether two plain files, links not followed, hold the same bytes."""
    try:
        first, second = one.lstat(), other.lstat()
    except OSError:
        return False
    if not stat.S_ISREG(first.st_mode) or not stat.S_ISREG(second.st_mode):
        return False
    if os.path.samestat(first, second):
        return True
    return first.st_size == second.st_size and digest_of(one) == digest_of(other) is not None


def digest_of(path: Path) -> str | None:
    """Hash a plain file; None for anything else."""
    try:
        with os.fdopen(open_own_file(path, _READ), "rb") as stream:
            return file_digest(stream, "sha256").hexdigest()
    except OSError:
        return None


def _copy(source: Path, target: Path, former: Path) -> bool:
    if os.path.lexists(target):
        return False
    with os.fdopen(open_own_file(source, _READ), "rb") as stream, PartFile(part_path(target)) as file:
        while chunk := stream.read(_CHUNK_BYTES):
            file.append(chunk)
        file.save()
        part = file.finish(None)
    with suppress(OSError):
        shutil.copystat(source, part.path)
    if former in target.parents:
        # Nobody else writes there: one step, where claiming the name first would be two.
        part.path.replace(target)
        return True
    if isinstance(place(part, target), Placed):
        return True
    discard(part)
    return False


def _sync_folders(target: Path, root: Path) -> None:
    """Make a name durable, and those of the folders that may just have been made for it."""
    disk = SystemDisk()
    for folder in target.parents:
        disk.sync_folder(folder)
        if folder == root:
            return
