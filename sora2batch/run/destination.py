"""Before money moves: can the results be kept where they are to go?

Nothing is made but a file that is gone at once. What is found out here would otherwise be found out by the
first download, when everything is paid.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
import tempfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from sora2batch.ground.errors import UsageError
from sora2batch.ground.option_words import option
from sora2batch.matrix.filename import collision_key

_LONGEST_ENDING = len(".changed-1") + len(".01234567.2.webm")
"""Bytes that a name may get besides: of a second file, of another's file in its place, of one on its way."""


class DestinationError(UsageError):
    """Results could not be kept; nothing was sent."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        way_out = f"make way, name another output.dir, or say {option('download', False)}: nothing was sent"
        super().__init__(message, hint=hint or way_out)


def check_destination(root: Path, filenames: Iterable[str], *, least_bytes: int) -> None:
    """Look at the folder of every file that is to come.

    Args:
        root: the output folder, which need not exist yet.
        filenames: where the results are to go, below the root.
        least_bytes: what they surely need together.

    Raises:
        DestinationError: something is in the way, leads out, cannot be written, or has too little room.
    """
    names = tuple(filenames)
    folders = dict.fromkeys(PurePosixPath(name).parent for name in names)
    nearest = _Way(root).nearest_of(folders)
    _refuse_names_in_the_way(root, names, nearest)
    _refuse_long_names(root, names, nearest[PurePosixPath()])
    for folder in dict.fromkeys(nearest[folder] for folder in folders):
        _try_to_write(folder)
    free = free_bytes(root)
    if free is not None and free < least_bytes:
        raise DestinationError(f"{root} has room for {free:,} bytes; {len(names):,} results need more")


def free_bytes(root: Path) -> int | None:
    """Tell how much room is left where the results are to go; None where nobody knows."""
    try:
        usage = shutil.disk_usage(_nearest(root))
    except (OSError, DestinationError):
        return None
    return usage.free if usage.total else None


class _Way:
    """Finds the folders that exist already on the way to those that do not."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._found: dict[PurePosixPath, tuple[Path, bool]] = {}
        """By folder below the root: the nearest one that exists, and whether it is the very one."""

    def nearest_of(self, folders: Iterable[PurePosixPath]) -> dict[PurePosixPath, Path]:
        nearest = _nearest(self._root)
        self._found[PurePosixPath()] = nearest, _is_there(self._root)
        for folder in folders:
            self._look(folder)
        return {folder: path for folder, (path, _) in self._found.items()}

    def _look(self, folder: PurePosixPath) -> tuple[Path, bool]:
        if folder not in self._found:
            above, exists = self._look(folder.parent)
            path = self._root / folder
            self._found[folder] = (path, True) if exists and self._is_folder(path) else (above, False)
        return self._found[folder]

    def _is_folder(self, path: Path) -> bool:
        """Tell whether a folder is there, that leads nowhere else."""
        try:
            found = path.lstat()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise _refused(path, error) from error
        if stat.S_ISDIR(found.st_mode) and not getattr(found, "st_reparse_tag", 0):
            return True
        _require_folder(path)
        if not path.resolve().is_relative_to(self._root.resolve()):
            raise DestinationError(f"{path} leads out of the output folder")
        return True


def _nearest(root: Path) -> Path:
    """Find the folder that exists already on the way to the output folder, or the folder itself."""
    for path in (root, *root.parents):
        if _is_there(path):
            _require_folder(path)
            return path
    return Path()


def _is_there(path: Path) -> bool:
    try:
        path.lstat()
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            raise _refused(path, error) from error
        return False  # whatever is in the way is met further up
    return True


def _require_folder(path: Path) -> None:
    try:
        is_folder = stat.S_ISDIR(path.stat().st_mode)
    except FileNotFoundError as error:
        raise DestinationError(f"{path} is in the way: it is a link to what is not there") from error
    except OSError as error:
        raise _refused(path, error) from error
    if not is_folder:
        raise DestinationError(f"{path} is in the way: it is no folder, and results are to go below it")


def _refuse_names_in_the_way(root: Path, names: Iterable[str], folders: Iterable[PurePosixPath]) -> None:
    """Find a result that would bear the name of a folder for others; its ending may follow its bytes."""
    keys = {folder: collision_key(folder.as_posix()) for folder in folders if folder.suffix}
    named_as_files = [folder for folder, key in keys.items() if not key.endswith(folder.suffix.casefold())]
    files = {collision_key(name) for name in names} if named_as_files else set()
    for folder in sorted(named_as_files):
        if keys[folder] in files:
            raise DestinationError(
                f"{root / folder} would be a result and a folder for others: they need other names",
                hint="set output.filename: nothing was sent",
            )


def _refuse_long_names(root: Path, names: Iterable[str], nearest: Path) -> None:
    """Hold the longest name and path against what the file system takes."""
    longest_name, longest_path = _limit(nearest, "PC_NAME_MAX"), _limit(nearest, "PC_PATH_MAX")
    above = len(os.fsencode(root))
    widest = max((len(os.fsencode(part)) for part in root.parts), default=0)
    for name in names:
        spelled = name.encode("utf-8", "replace")
        part = max(widest, *map(len, spelled.split(b"/")[:-1]), 0)
        last = len(spelled.rpartition(b"/")[2]) + _LONGEST_ENDING
        if max(part, last) > longest_name or above + 1 + len(spelled) + _LONGEST_ENDING >= longest_path:
            raise DestinationError(
                f"{root}/{name}: the name is too long for this file system",
                hint="set output.filename to a shorter one, or name a shorter output.dir: nothing was sent",
            )


def _limit(folder: Path, name: str) -> float:
    try:
        most = os.pathconf(folder, name)
    except (OSError, ValueError, AttributeError):  # Windows has no such function
        return float("inf")
    return most if most > 0 else float("inf")


def _try_to_write(folder: Path) -> None:
    """Make a file and remove it: rights, quotas and read-only disks are all in the answer."""
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".sora2batch-", suffix=".part"):
            pass
    except OSError as error:
        raise _refused(folder, error) from error


def _refused(path: Path, error: OSError) -> DestinationError:
    return DestinationError(f"{path} cannot be written: {error.strerror or error}")
