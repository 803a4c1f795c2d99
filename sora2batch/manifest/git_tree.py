"""Where a manifest and its data files are read from: a folder as git has it."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path

from sora2batch.manifest.git import GitError, ask_git
from sora2batch.manifest.tree import MissingFileError, TreeError, checked_parts


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
        inside = self._prefix + "/".join(checked_parts(name))
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
        try:
            return ask_git(self._root, *arguments, fine=fine)
        except GitError as error:
            raise TreeError(error.message, hint=error.hint) from error
