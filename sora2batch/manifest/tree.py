"""Where a manifest and its data files are read from: a folder, and nothing outside it."""

from __future__ import annotations

import os
import re
from functools import cached_property
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
        parts = _checked_parts(name)
        try:
            path = self._root.joinpath(*parts).resolve(strict=True)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise MissingFileError(f'"{name}" is not there', hint=_seen_from(self._root)) from error
        except (OSError, RuntimeError) as error:
            raise TreeError(f'"{name}" cannot be read: {reason(error)}') from error
        if not path.is_relative_to(self._root.resolve()):
            raise TreeError(f'"{name}" is a link that leads out of the manifest\'s folder')
        return path


class GitTree:
    """A folder as it stands in git at some revision; the work tree does not matter."""

    def __init__(self, root: Path, ref: str) -> None:
        self._root = root
        self._ref = ref

    def read(self, name: str) -> bytes:
        """Read a file by its relative POSIX path.

        Raises:
            TreeError: git or the revision is missing, or the file is not there or not a plain file.
        """
        inside = self._prefix + "/".join(_checked_parts(name))
        listing = self._git("--literal-pathspecs", "ls-tree", "-z", "--full-tree", self._commit, "--", inside)
        if not listing:
            raise MissingFileError(f'"{name}" is not there in git at {self._ref}')
        mode, kind, blob = listing.split(b"\t", 1)[0].decode().split(" ")
        if kind != "blob":
            raise TreeError(f'"{name}" is no file in git at {self._ref}')
        if mode == "120000":
            raise TreeError(f'"{name}" is a link in git at {self._ref}; links are not followed there')
        return self._git("cat-file", "blob", blob)

    @cached_property
    def _prefix(self) -> str:
        inside, _, prefix = os.fsdecode(
            self._git("rev-parse", "--is-inside-work-tree", "--show-prefix")
        ).partition("\n")
        if inside != "true":
            raise TreeError(
                f"git has no files in {self._root.as_posix()}: it is inside the repository itself"
            )
        return prefix.removesuffix("\n")

    @cached_property
    def _commit(self) -> str:
        # Anything that begins with a dash would be an option to git, whatever it looks like to us.
        if not self._ref.strip() or self._ref.startswith("-") or "\0" in self._ref:
            raise TreeError(f'"{self._ref}" is no git revision')
        found = self._git("rev-parse", "--verify", "--quiet", f"{self._ref}^{{commit}}", fine=(0, 1))
        if not found:
            hint = "in a shallow clone, fetch it first: git fetch origin REF"
            raise TreeError(f'git does not know the revision "{self._ref}"', hint=hint)
        return found.decode().strip()

    def _git(self, *arguments: str, fine: tuple[int, ...] = (0,)) -> bytes:
        from sora2batch.manifest.git import GitError, ask_git  # noqa: PLC0415  # the disk needs no git

        try:
            return ask_git(self._root, *arguments, fine=fine)
        except GitError as error:
            raise TreeError(error.message, hint=error.hint) from error


def _checked_parts(name: str) -> list[str]:
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
