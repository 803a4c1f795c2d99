"""Where a manifest and its data files are read from: a folder, and nothing outside it."""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol
from unicodedata import normalize

from sora2batch.ground.errors import Sora2BatchError
from sora2batch.ground.plainfile import open_below, reason, refuse_other_kinds
from sora2batch.manifest.listing import FolderEntry, PatternError, names_below

_IS_DECOMPOSING = sys.platform == "darwin"
"""Whether the system's own programs write an ``é`` as two characters; it finds either."""
_UNSPEAKABLE = re.compile(r"[\x00-\x1f\ud800-\udfff]")
"""Control characters, and what stands for bytes of a name that are no text."""
_DRIVE = re.compile(r"[A-Za-z]:")


class TreeError(Sora2BatchError):
    """A file of the tree that cannot or must not be read; one sentence, without a place."""


class MissingFileError(TreeError):
    """There is no such file in the tree."""


class FileStamp(NamedTuple):
    """By which a file's content is known again without reading it."""

    key: str
    """Of the same key is the same content, unless it was written a moment ago."""
    changed_ns: int
    """When it was last written or put there, in nanoseconds; 0 of what never changes."""


class Tree(Protocol):
    """Reads files below one folder."""

    def read(self, name: str) -> bytes:
        """Read a file by its relative POSIX path.

        Raises:
            TreeError: it is not there, not a plain file, or outside of the folder.
        """
        ...


class FileTree(Tree, Protocol):
    """A tree whose files may be large and many, as pictures are."""

    @property
    def place(self) -> Path | None:
        """The folder on disk, by which what is known of its files is kept; None if it is not to be."""
        ...

    def open(self, name: str) -> BinaryIO:
        """Open a file to be read piece by piece, at any place; whoever opens it closes it.

        Raises:
            TreeError: it is not there, not a plain file, or outside of the folder.
        """
        ...

    def stamp(self, name: str) -> FileStamp:
        """Take the stamp of a file without opening it.

        Raises:
            TreeError: it is not there, not a plain file, or outside of the folder.
        """
        ...

    def names(self, pattern: str) -> tuple[str, ...]:
        """Find the files whose paths match ``*``, ``?``, ``[…]``, ``**/``, ``{a,b}``; sorted by code points.

        Raises:
            TreeError: the pattern leads out of the folder, means too much, or a folder cannot be read.
        """
        ...


class DiskTree:
    """A folder as it stands on disk; links in it may not lead out of it."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._folders: dict[str, str] = {}
        self._listings: dict[str, frozenset[str]] = {}

    @property
    def place(self) -> Path:
        """The folder on disk."""
        return self._root

    def read(self, name: str) -> bytes:
        """Read a file by its relative POSIX path.

        Raises:
            TreeError: it is not there, not a plain file, or outside of the folder.
        """
        with self._open(str(self._resolve(name)), name) as file:
            return file.read()

    def open(self, name: str) -> BinaryIO:
        """Open a file to be read piece by piece, at any place; whoever opens it closes it.

        Raises:
            TreeError: it is not there, not a plain file, or outside of the folder.
        """
        return self._open(self._find(name)[0], name)

    def _open(self, path: str, name: str) -> BinaryIO:
        """Open what *name* was found to be, unless a link has come between."""
        try:
            return os.fdopen(open_below(self._folder([], name), path), "rb")
        except FileNotFoundError as error:
            raise MissingFileError(f'"{name}" is not there', hint=_seen_from(self._root)) from error
        except OSError as error:
            raise TreeError(f'"{name}" cannot be read: {reason(error)}') from error

    def stamp(self, name: str) -> FileStamp:
        """Take the stamp of a file without opening it.

        Raises:
            TreeError: it is not there, not a plain file, or outside of the folder.
        """
        return file_stamp(self.look(name))

    def look(self, name: str) -> os.stat_result:
        """Look at a file from outside.

        Raises:
            TreeError: it is not there, not a plain file, or outside of the folder.
        """
        return self._find(name)[1]

    def names(self, pattern: str) -> tuple[str, ...]:
        """Find the files whose paths match; a link to a folder is not followed, unless the pattern names it.

        Raises:
            TreeError: the pattern leads out of the folder, means too much, or a folder cannot be read.
        """
        return matching_names(pattern, self.entries)

    def _find(self, name: str) -> tuple[str, os.stat_result]:
        """Find a file with one look at it; a folder on the way is looked at once for all of its files."""
        parts = checked_parts(name)
        folder = self._folder(parts[:-1], name)
        path = f"{folder}/{parts[-1]}"
        try:
            found = os.lstat(path)
            if stat.S_ISLNK(found.st_mode):
                path = str(self._resolve(name))
                found = os.lstat(path)
            refuse_other_kinds(found)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise MissingFileError(f'"{name}" is not there', hint=_seen_from(self._root)) from error
        except (OSError, ValueError) as error:
            raise TreeError(f'"{name}" cannot be read: {reason(error)}') from error
        self._refuse_other_spelling(name, folder, parts[-1])
        return path, found

    def _folder(self, parts: list[str], name: str) -> str:
        """Find a folder, once; *name* is what it is looked for."""
        path = "/".join(parts)
        if path not in self._folders:
            real = str(self._resolve(path, name) if parts else self._root.resolve())
            if parts:
                self._refuse_other_spelling(name, self._folder(parts[:-1], name), parts[-1])
            self._folders[path] = real
        return self._folders[path]

    def _refuse_other_spelling(self, name: str, folder: str, last: str) -> None:
        """Refuse what only a disk that does not tell large letters from small ones finds."""
        if folder not in self._listings:
            self._listings[folder] = _listed(folder)
        if other := other_spelling(last, self._listings[folder]):
            message = f'"{name}" is not there: on disk it says "{other}", not "{last}"'
            raise TreeError(message, hint="other machines tell large letters from small ones")

    def entries(self, folder: str) -> Iterator[FolderEntry]:
        """List a folder of the tree, which may be missing.

        Raises:
            TreeError: it leads out of the tree, or must not be listed.
        """
        try:
            with os.scandir(self._folder(checked_parts(folder) if folder else [], folder)) as found:
                for entry in found:
                    name = normalize("NFC", entry.name) if _IS_DECOMPOSING else entry.name
                    yield FolderEntry(name, entry.is_dir(follow_symlinks=False))
        except (MissingFileError, FileNotFoundError, NotADirectoryError):
            return
        except OSError as error:
            raise TreeError(f'"{folder or "."}" cannot be listed: {reason(error)}') from error

    def _resolve(self, path: str, name: str = "") -> Path:
        """Follow every link on the way; *name* is what it is looked for."""
        name = name or path
        parts = checked_parts(path)
        try:
            real = self._root.joinpath(*parts).resolve(strict=True)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise MissingFileError(f'"{name}" is not there', hint=_seen_from(self._root)) from error
        except (OSError, RuntimeError) as error:
            raise TreeError(f'"{name}" cannot be read: {reason(error)}') from error
        if not real.is_relative_to(self._root.resolve()):
            raise TreeError(f'"{name}" is a link that leads out of the manifest\'s folder')
        return real


def file_stamp(found: os.stat_result) -> FileStamp:
    """Make a file's stamp of what a look tells; setting a time back does not hide that it was changed."""
    key = f"{found.st_dev}:{found.st_ino}:{found.st_size}:{found.st_mtime_ns}:{found.st_ctime_ns}"
    return FileStamp(key, max(found.st_mtime_ns, found.st_ctime_ns))


def checked_parts(name: str) -> list[str]:
    """Take the name of a file apart.

    Raises:
        TreeError: it is no relative path, or leads out of its folder.
    """
    if not name.strip() or name.endswith("/"):
        raise TreeError(f'"{name}" names no file')
    if "\\" in name or _UNSPEAKABLE.search(name):
        raise TreeError(f"{name!r} must be written with / and without control characters")
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if name.startswith(("/", "~")) or _DRIVE.match(name) or ".." in parts or not parts:
        raise TreeError(
            f'"{name}" must be a relative path in the manifest\'s folder or below it, without ".."'
        )
    return parts


def matching_names(pattern: str, entries: Callable[[str], Iterable[FolderEntry]]) -> tuple[str, ...]:
    """Find the files that match a pattern, which must not lead out of the folder.

    Raises:
        TreeError: it does, or means too much.
    """
    checked_parts(pattern)
    try:
        return names_below(pattern, entries)
    except PatternError as error:
        raise TreeError(f'"{pattern}" {error}', hint="name a folder, or fewer of them") from error


def other_spelling(name: str, listing: frozenset[str]) -> str | None:
    """Find how a folder spells a name that it has in other letters; None where it is spelled so."""
    if name in listing:
        return None
    composed = normalize("NFC", name)
    folded = composed.casefold()
    near = [other for other in listing if normalize("NFC", other).casefold() == folded]
    return next((other for other in near if normalize("NFC", other) != composed), None)


def _listed(folder: str) -> frozenset[str]:
    """Name what is in a folder; nothing where that must not be known."""
    try:
        return frozenset(os.listdir(folder))  # noqa: PTH208 - of a thousand pictures
    except OSError:
        return frozenset()


def _seen_from(root: Path) -> str:
    return f"looked for it in {root.as_posix()}/, the manifest's folder"
