"""Writes the commit into what is built: ``sora2batch --version`` names it."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CommitHook(BuildHookInterface):  # type: ignore[type-arg]  # of which build it is part does not matter
    """Puts a file in the place of the blank; an sdist hands its file on to the wheel built from it."""

    _folder: TemporaryDirectory[str] | None = None

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Before the build. An editable installation has no files of its own: there git is asked."""
        if version == "editable":
            return
        sys.dont_write_bytecode = True
        sys.path.insert(0, self.root)
        from sora2batch.app.program_version import COMMIT_FILE, commit_text, find_commit  # noqa: PLC0415 - ours

        if commit := find_commit(Path(self.root)):
            self._folder = TemporaryDirectory()
            file = Path(self._folder.name, "commit.txt")
            file.write_text(commit_text(commit), encoding="utf-8", newline="\n")
            build_data["force_include"][str(file)] = COMMIT_FILE

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002 - theirs
        """After the build."""
        if self._folder:
            self._folder.cleanup()
