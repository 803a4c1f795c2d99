"""Where a manifest and its data files are read from: a folder, and nothing outside it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Protocol

from sora2batch.ground.errors import Sora2BatchError
from sora2batch.ground.plainfile import read_plain_file, reason

_DRIVE = re.compile(r"[A-Za-z]:")


class TreeError(Sora2BatchError):
    """A file of the tree that cannot or must not be read; one sentence, without a place."""


class MissingFileError(TreeError):
    """There is no such file in the tree."""


class Tree(Protocol):
    """Reads files below one folder."""

    def read(self, name: str) -> bytes:
        """Read a file by its relative POSIX path.

        Raises:
            TreeError: it is not there, not a plain file, or outside of the folder.
        """
        ...


class DiskTree:
    """A folder as it stands on disk; links in it may not lead out of it."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def read(self, name: str) -> bytes:
        """Read a file by its relative POSIX path.

        Raises:
            TreeError: it is not there, not a plain file, or outside of the folder.
        """
        path = self._resolve(name)
        try:
            return read_plain_file(path)
        except OSError as error:
            raise TreeError(f'"{name}" cannot be read: {reason(error)}') from error

    def _resolve(self, name: str) -> Path:
        parts = checked_parts(name)
        try:
            path = self._root.joinpath(*parts).resolve(strict=True)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise MissingFileError(f'"{name}" is not there', hint=_seen_from(self._root)) from error
        except (OSError, RuntimeError) as error:
            raise TreeError(f'"{name}" cannot be read: {reason(error)}') from error
        if not path.is_relative_to(self._root.resolve()):
            raise TreeError(f'"{name}" is a link that leads out of the manifest\'s folder')
        return path


def checked_parts(name: str) -> list[str]:
    """Take the name of a file apart.

    Raises:
        TreeError: it is no relative path, or leads out of its folder.
    """
    if not name.strip() or name.endswith("/"):
        raise TreeError(f'"{name}" names no file')
    if "\\" in name or any(ord(character) < 32 for character in name):
        raise TreeError(f"{name!r} must be written with / and without control characters")
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if name.startswith(("/", "~")) or _DRIVE.match(name) or ".." in parts or not parts:
        raise TreeError(
            f'"{name}" must be a relative path in the manifest\'s folder or below it, without ".."'
        )
    return parts


def _seen_from(root: Path) -> str:
    return f"looked for it in {root.as_posix()}/, the manifest's folder"
