"""The contents of files in git, however many, through one process."""

from __future__ import annotations

import subprocess
import weakref
from pathlib import Path
from tempfile import SpooledTemporaryFile
from threading import Lock
from typing import BinaryIO, cast

from sora2batch.manifest.git import GitError, start_git

_MOST_IN_MEMORY = 32 << 20
_PIECE = 1 << 18


class GitBlobs:
    """Fetches blobs by their ids; the process is started with the first and ends with this object."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def open(self, blob: str) -> BinaryIO:
        """Copy a blob to where it can be read at any place; a large one to a temporary file.

        Raises:
            GitError: git cannot be run, or does not have it.
        """
        content = SpooledTemporaryFile(max_size=_MOST_IN_MEMORY)  # noqa: SIM115 - whoever asked closes it
        try:
            with self._lock:
                self._copy(blob, content)
        except BaseException:
            content.close()
            raise
        content.seek(0)
        return cast("BinaryIO", content)

    def _copy(self, blob: str, target: SpooledTemporaryFile[bytes]) -> None:
        process = self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(f"{blob}\n".encode())
            process.stdin.flush()
            header = process.stdout.readline().split()
            if len(header) != 3 or header[1] != b"blob":
                raise GitError(f"git cannot read {self._folder.as_posix()}: it lacks the object {blob}")
            rest = int(header[2]) + 1
            while rest and (piece := process.stdout.read(min(rest, _PIECE))):
                target.write(piece)
                rest -= len(piece)
        except OSError as error:
            raise GitError(f"git does not answer about {self._folder.as_posix()}") from error
        if rest:
            raise GitError(f"git broke off in the object {blob}")
        target.seek(-1, 1)  # what ends each answer
        target.truncate()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._process = start_git(self._folder, "cat-file", "--batch")
            weakref.finalize(self, _end, self._process)
        return self._process


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()  # it only reads
    process.communicate()
