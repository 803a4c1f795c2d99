"""Files of a download: the ``.part`` beside its target, and its move into place over nothing."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from typing import Self

from sora2batch.ground.disk import SystemDisk
from sora2batch.ground.plainfile import make_folders, open_own_file
from sora2batch.media.integrity import Finding, examine
from sora2batch.media.sniff import HEAD_BYTES
from sora2batch.sjinn.api_error import DownloadError

_CREATE = os.O_CREAT | os.O_EXCL | os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0)
_MODE = 0o666  # less the user's umask, as for any file a person makes


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A complete download under its temporary name."""

    path: Path
    sha256: str
    """64 hex digits."""
    bytes: int
    extension: str | None
    """What the bytes themselves say: ``mp4``, ``webm``, ``mov``, ``png``, ``jpg`` …"""


@dataclass(frozen=True, slots=True)
class Placed:
    """The file stands where it belongs; on disk, not only in memory."""

    path: Path


@dataclass(frozen=True, slots=True)
class Taken:
    """Another file has that name already; it was left alone, and the part is still there."""

    path: Path


class PartFile:
    """A ``.part`` file while it grows.

    A context manager: it closes the file, and removes it unless it was finished.
    """

    def __init__(self, path: Path) -> None:
        # A part left by a killed run is ours; a link under that name is removed, never followed.
        path.unlink(missing_ok=True)
        self.path = path
        self.bytes = 0
        self.head = b""
        """The first bytes, for who asks what the file is."""
        self._is_finished = False
        self._file = os.fdopen(os.open(path, _CREATE, _MODE), "wb")
        self._digest = ""

    def append(self, chunk: bytes) -> None:
        """Write some more bytes."""
        if len(self.head) < HEAD_BYTES:
            self.head = (self.head + chunk)[:HEAD_BYTES]
        self._file.write(chunk)
        self.bytes += len(chunk)

    def restart(self) -> None:
        """Forget what was written."""
        self._file.seek(0)
        self._file.truncate()
        self._digest = ""
        self.bytes = 0
        self.head = b""

    def examine(self) -> Finding:
        """Tell whether what was written is whole; after this nothing is appended but from the beginning."""
        self._file.flush()
        with os.fdopen(os.dup(self._file.fileno()), "rb", buffering=0) as stream:
            return examine(stream)

    def save(self) -> None:
        """Bring everything to the disk, and hash what stands there; this may take a while."""
        self._file.flush()
        # A descriptor of its own: whoever waits for this may be cancelled, and close the file.
        with os.fdopen(os.dup(self._file.fileno()), "rb", buffering=0) as stream:
            os.fsync(stream.fileno())
            stream.seek(0)
            self._digest = file_digest(stream, "sha256").hexdigest()

    def finish(self, extension: str | None) -> Part:
        """Describe the saved file, which then outlives this object."""
        assert self._digest, "a file is saved before it is finished"
        self._is_finished = True
        return Part(path=self.path, sha256=self._digest, bytes=self.bytes, extension=extension)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        # Nobody needs what a full disk refuses to take here: save() has told about that before.
        with suppress(OSError):
            self._file.close()
        if not self._is_finished:
            with suppress(OSError):
                self.path.unlink(missing_ok=True)


def part_path(target: Path) -> Path:
    """Name the temporary file of a target."""
    return target.with_name(f"{target.name}.part")


def make_folder(target: Path, root: Path) -> None:
    """Make the folders above a target, one by one, so that no link on the way leads out of the root.

    Raises:
        DownloadError: the target lies outside, or a folder on the way is a link to elsewhere.
        OSError: the disk refused.
    """
    try:
        names = target.relative_to(root).parts[:-1]
    except ValueError as error:
        raise DownloadError(f"{target.name} lies outside the output folder") from error
    make_folders(root)
    folder = str(root)
    for name in names:
        folder = f"{folder}/{name}"
        if name == ".." or not _is_plain_folder(folder):
            _enter_folder(Path(folder), root)


def _is_plain_folder(path: str) -> bool:
    """Tell whether a folder, and no link to one, is there already: so it nearly always is."""
    try:
        found = os.lstat(path)  # asked for every file, on every level
    except OSError:
        return False
    # Windows' junctions lead elsewhere and call themselves folders.
    return stat.S_ISDIR(found.st_mode) and not getattr(found, "st_reparse_tag", 0)


def _enter_folder(folder: Path, root: Path) -> None:
    try:
        folder.mkdir(exist_ok=True)
    except FileExistsError as error:
        raise DownloadError(f"{_below(folder, root)} is in the way: it is no folder") from error
    if not folder.resolve(strict=True).is_relative_to(root.resolve(strict=True)):
        raise DownloadError(f"{_below(folder, root)} leads out of the output folder")


def _below(folder: Path, root: Path) -> str:
    """Name a folder as it may stand in a lockfile: the machine's own paths are nobody else's business."""
    return folder.relative_to(root).as_posix()


def place(part: Part, target: Path) -> Placed | Taken:
    """Give a part its final name, never over another file; the same bytes under that name count as ours.

    A run that was killed between this step and its journal finds its own file again, hence the last rule.
    It reads and syncs the disk: call it from a thread where that matters.

    Raises:
        DownloadError: the disk refused.
    """
    try:
        return _place(part, target)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise DownloadError(f"{target.name} cannot be written: {reason}") from error


def _place(part: Part, target: Path) -> Placed | Taken:
    try:
        _rename_over_nothing(part.path, target)
    except FileExistsError:
        if not _holds(target, part):
            return Taken(target)
        discard(part)
    with suppress(PermissionError):  # a folder that may be written need not be one that may be read
        SystemDisk().sync_folder(target.parent)
    return Placed(target)


def discard(part: Part) -> None:
    """Remove a part that is not wanted after all."""
    part.path.unlink(missing_ok=True)


def _rename_over_nothing(source: Path, target: Path) -> None:
    try:
        os.link(source, target, follow_symlinks=False)
    except FileExistsError:
        raise
    except (OSError, NotImplementedError):
        # Some file systems know no hard links: claim the name with an empty file, then replace our own claim.
        os.close(os.open(target, _CREATE, _MODE))
        source.replace(target)
    else:
        source.unlink()


def _holds(target: Path, part: Part) -> bool:
    try:
        descriptor = open_own_file(target, _READ)
    except OSError:
        return False
    with os.fdopen(descriptor, "rb") as stream:
        is_as_long = os.fstat(descriptor).st_size == part.bytes
        return is_as_long and file_digest(stream, "sha256").hexdigest() == part.sha256
