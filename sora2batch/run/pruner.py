"""Files that nobody asks for go: to ``.former/``, or for good. Lines of the lockfile stay."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from os.path import lexists
from pathlib import Path

from sora2batch.ground.disk import SystemDisk
from sora2batch.ground.errors import Sora2BatchError
from sora2batch.ground.job import FORMER_FOLDER
from sora2batch.ground.plainfile import is_led_out, reason, refuse_unless_plain
from sora2batch.lockfile.path import is_former
from sora2batch.matrix.filename import split_ending
from sora2batch.run.file_move import digest_of, duplicate, remove_duplicate
from sora2batch.run.prunable import Prunable
from sora2batch.run.result_renamer import ResultRenamer


class PruneError(Sora2BatchError):
    """One file could not go; it is as it was."""


class Pruner:
    """Moves and deletes files of one output folder."""

    def __init__(self, root: Path, renamer: ResultRenamer) -> None:
        self._root = root
        self._renamer = renamer

    async def move(self, found: Prunable) -> str:
        """Move a file to ``.former/`` and name its new path; the file has a durable name at every moment.

        Raises:
            PruneError: something else is there now, or the disk refused.
            Sora2BatchError: the lockfile could not be written; the file has both names.
        """
        if is_former(found.path):
            return found.path
        path = self._move_stray(found.path) if found.result is None else await self._retire(found)
        self._remove_empty_folders(self._root / found.path)
        return path

    def delete(self, found: Prunable) -> None:
        """Delete a file that is still what it was. Blocking.

        Raises:
            PruneError: it is something else by now, or the disk refused.
        """
        path = self._root / found.path
        try:
            self._refuse_links(path)
            if found.result and digest_of(path) != found.result.output.sha256:
                raise PruneError(f"{found.path} was changed just now: it is left")
            path.unlink()
            SystemDisk().sync_folder(path.parent)
        except OSError as error:
            raise PruneError(f"{found.path} cannot be deleted: {reason(error)}") from error
        self._remove_empty_folders(path)

    async def _retire(self, found: Prunable) -> str:
        assert found.result, "strays have no line"
        # Its task's other files move with the first of them.
        owner, index = found.result.owner, found.result.index
        now = self._renamer.results.present(owner, index, found.result.output).path
        if is_former(now):
            return now or ""
        path = await self._renamer.retire(found.result)
        if path is None:
            raise PruneError(f"{found.path} cannot be moved: it was changed just now, or no name is free")
        if await asyncio.to_thread(lexists, self._root / found.path):
            raise PruneError(f"{found.path} cannot be removed; it is {path} as well")
        return path

    def _move_stray(self, name: str) -> str:
        path = self._root / name
        try:
            self._refuse_links(path)
            digest = digest_of(path) or ""
            if self._renamer.finish_move(name):  # the first name of a file that has its second one already
                return next((one.path for one in self._renamer.results.with_digest(digest)), name)
            for target in _names_in_former(name):
                # A name that a line speaks of stays free for its file.
                if next(self._renamer.results.at(target), None) is None and self._moved(path, target):
                    return target
        except Sora2BatchError as error:
            raise PruneError(f"{name} cannot be moved: {error.message}") from error
        except OSError as error:
            raise PruneError(f"{name} cannot be moved: {reason(error)}") from error
        raise AssertionError("names never end")

    def _moved(self, path: Path, name: str) -> bool:
        target = self._root / name
        if not duplicate(path, target, self._root):
            return False
        remove_duplicate(path, target, self._root)
        return not lexists(path)

    def _refuse_links(self, path: Path) -> None:
        refuse_unless_plain(path)
        if is_led_out(path, self._root):
            raise OSError(0, "a link on the way leads out of the output folder")

    def _remove_empty_folders(self, path: Path) -> None:
        with suppress(OSError):  # a folder that is not empty
            for folder in path.parents:
                if folder == self._root or self._root not in folder.parents:
                    return
                folder.rmdir()


def _names_in_former(name: str) -> Iterator[str]:
    stem, ending = split_ending(name)
    yield f"{FORMER_FOLDER}/{name}"
    yield from (f"{FORMER_FOLDER}/{stem}.{number}{ending}" for number in count(2))
