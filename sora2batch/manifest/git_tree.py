"""Where a manifest and its data files are read from: a folder as git has it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import BinaryIO, NamedTuple

from sora2batch.ground.plainfile import open_plain_file
from sora2batch.manifest.git import GitError, ask_git
from sora2batch.manifest.git_blobs import GitBlobs
from sora2batch.manifest.listing import entries_of
from sora2batch.manifest.tree import (
    DiskTree,
    FileStamp,
    MissingFileError,
    TreeError,
    checked_parts,
    matching_names,
)

_LINK = "120000"
_POINTER = re.compile(rb"version https://git-lfs\.github\.com/.*\noid sha256:([0-9a-f]{64})\n", re.DOTALL)
_LONGEST_POINTER = 1024
_AT_ONCE = 500
"""Names in one call of git."""


class _GitFile(NamedTuple):
    mode: str
    id: str
    """Of its content."""


class GitTree:
    """A folder as it stands in git at some revision; the work tree does not matter.

    What is opened piece by piece, as pictures are, comes from the disk where git never had it: such a file
    has no other state than that of today.
    """

    def __init__(self, root: Path, ref: str) -> None:
        self._root = root
        self._ref = ref

    @property
    def place(self) -> Path:
        """The folder on disk, as it stands there."""
        return self._root

    def read(self, name: str) -> bytes:
        """Read a file by its relative POSIX path.

        Raises:
            TreeError: git or the revision is missing, or the file is not there or not a plain file.
        """
        inside = self._prefix + "/".join(checked_parts(name))
        listing = self._git("--literal-pathspecs", "ls-tree", "-z", "--full-tree", self._commit, "--", inside)
        if not listing:
            raise MissingFileError(f'"{name}" is not there in git at {self._ref}')
        mode, kind, blob = listing.split(b"\t", 1)[0].decode().split(" ")
        if kind != "blob":
            raise TreeError(f'"{name}" is no file in git at {self._ref}')
        if mode == _LINK:
            raise TreeError(f'"{name}" is a link in git at {self._ref}; links are not followed there')
        return self._git("cat-file", "blob", blob)

    def open(self, name: str) -> BinaryIO:
        """Open a file to be read piece by piece, at any place; whoever opens it closes it.

        Raises:
            TreeError: git or the revision is missing, or the file is not there or not a plain file.
        """
        found = self._file(name)
        if found is None:
            return self._disk.open(name)
        try:
            content = self._blobs.open(found.id)
        except GitError as error:
            raise TreeError(error.message, hint=error.hint) from error
        pointer = _POINTER.match(content.read(_LONGEST_POINTER))
        content.seek(0)
        if pointer is None:
            return content
        content.close()
        return self._open_large(name, pointer[1].decode())

    def stamp(self, name: str) -> FileStamp:
        """Take the stamp of a file: the id of its content.

        Raises:
            TreeError: git or the revision is missing, or the file is not there or not a plain file.
        """
        found = self._file(name)
        return FileStamp(found.id, 0) if found else self._disk.stamp(name)

    def names(self, pattern: str) -> tuple[str, ...]:
        """Find the files whose paths match, those among them that git ignores; what is merely new is not.

        Raises:
            TreeError: git or the revision is missing, or the pattern leads out of the folder.
        """
        on_disk = self._ignored([name for name in self._disk.names(pattern) if name not in self._index])
        in_git = (name for name, file in self._files.items() if file.mode != _LINK)
        return matching_names(pattern, entries_of({*in_git, *on_disk}))

    def _ignored(self, names: list[str]) -> list[str]:
        """Choose what git is told to ignore: pictures that a team keeps elsewhere."""
        found: list[str] = []
        for start in range(0, len(names), _AT_ONCE):
            options = ("ls-files", "-z", "--others", "--ignored", "--exclude-standard")
            told = self._git("--literal-pathspecs", *options, "--", *names[start : start + _AT_ONCE])
            found += os.fsdecode(told).split("\0")[:-1]
        return found

    def _file(self, name: str) -> _GitFile | None:
        """Find a file; None if git does not have it, neither there nor now."""
        path = "/".join(checked_parts(name))
        found = self._files.get(path)
        if found is None and path in self._index:
            raise MissingFileError(f'"{name}" is not there in git at {self._ref}')
        if found and found.mode == _LINK:
            raise TreeError(f'"{name}" is a link in git at {self._ref}; links are not followed there')
        return found

    def _open_large(self, name: str, digest: str) -> BinaryIO:
        """Open what Git LFS keeps beside the repository."""
        folder = self._root / os.fsdecode(self._git("rev-parse", "--git-common-dir")).removesuffix("\n")
        path = folder / "lfs" / "objects" / digest[:2] / digest[2:4] / digest
        try:
            return os.fdopen(open_plain_file(path), "rb")
        except OSError as error:
            message = f'"{name}" at {self._ref} is a Git LFS pointer, and the file itself is not here'
            raise TreeError(message, hint=f"fetch it: git lfs fetch origin {self._ref}") from error

    @cached_property
    def _disk(self) -> DiskTree:
        return DiskTree(self._root)

    @cached_property
    def _blobs(self) -> GitBlobs:
        return GitBlobs(self._root)

    @cached_property
    def _files(self) -> Mapping[str, _GitFile]:
        """Every file below the folder, without submodules."""
        below = ("--", self._prefix) if self._prefix else ()
        listing = self._git("--literal-pathspecs", "ls-tree", "-r", "-z", "--full-tree", self._commit, *below)
        files = {}
        for line in os.fsdecode(listing).split("\0")[:-1]:
            about, path = line.split("\t", 1)
            mode, kind, blob = about.split(" ")
            if kind == "blob":
                files[path.removeprefix(self._prefix)] = _GitFile(mode, blob)
        return files

    @cached_property
    def _index(self) -> frozenset[str]:
        """What git will have with the next commit."""
        return frozenset(os.fsdecode(self._git("ls-files", "-z")).split("\0"))

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
        try:
            return ask_git(self._root, *arguments, fine=fine)
        except GitError as error:
            raise TreeError(error.message, hint=error.hint) from error
