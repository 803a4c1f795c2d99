"""The names in the output folder: what the manifest asks for has the plain one, what it asked for gives way.

Every move keeps to one order: the file's second name, durably; the lockfile's line, durably; the end of the
first name. So at every moment the path that is recorded leads to the file, and a move that was cut short is
ended by whoever comes upon it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto
from itertools import islice
from os.path import lexists
from pathlib import Path
from typing import assert_never

from sora2batch.ground.errors import Sora2BatchError
from sora2batch.ground.job import FORMER_FOLDER, Fingerprint, Job
from sora2batch.ground.plainfile import is_led_out
from sora2batch.lockfile.content import Lockfile
from sora2batch.lockfile.entry import Attempt, Entry, Output
from sora2batch.lockfile.path import is_former
from sora2batch.matrix.filename import collision_key, split_ending, with_ending
from sora2batch.run.artifact import Artifacts
from sora2batch.run.file_move import are_same, digest_of, duplicate, files_below, remove_duplicate
from sora2batch.run.naming import former_names, has_digest, result_names
from sora2batch.run.port import Recorder
from sora2batch.run.result_index import NamedResult, ResultIndex, ResultOwner, digests_in, is_one_name
from sora2batch.sjinn.api_error import DownloadError

_NAMES_TRIED = 100


class _Condition(Enum):
    """What lies where a file is recorded."""

    IN_PLACE = auto()
    GONE = auto()
    """Nothing, or the file of another that has the same name in the lockfile."""
    CHANGED = auto()
    """What somebody else made of it, or has elsewhere, where a link leads: it is theirs."""


@dataclass(frozen=True, slots=True)
class _Move:
    """A file that has its second name, or has none and would have had it."""

    result: NamedResult
    path: str


class ResultRenamer:
    """Knows whose each name is, and moves files so that the right one has it. One call at a time."""

    def __init__(
        self,
        root: Path,
        recorder: Recorder,
        entries: Iterable[Entry],
        jobs: Iterable[Job],
        beside: Callable[[], Mapping[str, Lockfile]] = dict,
    ) -> None:
        self.results = ResultIndex(entries)
        self.moved = 0
        """How many files were given another name."""
        self._root = root
        self._recorder = recorder
        self._artifacts = Artifacts(root)
        self._jobs: Mapping[Fingerprint, Job] = {job.fingerprint: job for job in jobs}
        self._beside = beside
        self._shared: frozenset[str] | None = None

    async def vacate(self, path: str, owner: ResultOwner) -> bool:
        """Make every other result give up a name; tell whether none has it now.

        Raises:
            Sora2BatchError: a move could not be written down; the file has both names.
        """
        for result in [one for one in self.results.at(path) if one.owner != owner]:
            if not await self._give_way(result, owner):
                return False
        return True

    async def vacate_same_stem(self, path: str, owner: ResultOwner) -> None:
        """Make results give way that have the same name with another ending.

        Raises:
            Sora2BatchError: a move could not be written down; the file has both names.
        """
        for result in [one for one in self.results.near(path) if one.owner != owner]:
            await self._give_way(result, owner)

    async def bring_back(self, job: Job, entry: Entry) -> None:
        """Give a job that the manifest asks for again the name that it asks for.

        Raises:
            Sora2BatchError: a move could not be written down; the file has both names.
        """
        for attempt in entry.attempts:
            owner = ResultOwner(entry.fingerprint, attempt.task_id)
            for index, output in enumerate(attempt.outputs):
                if is_former(output.path):
                    await self._restore(job, NamedResult(owner, index, output))

    async def retire(self, result: NamedResult) -> str | None:
        """Move a result that nobody asks for to ``.former/``, with its task's others; name its new path.

        Raises:
            Sora2BatchError: the move could not be written down; the file has both names.
        """
        attempt = self._attempt(result)
        moves = await asyncio.to_thread(self._moves, result, attempt) if attempt else []
        is_moved = attempt is not None and await self._end(moves, attempt)
        return next((move.path for move in moves if is_moved and move.result.index == result.index), None)

    def finish_move(self, path: str) -> bool:
        """End a move that was cut short: a file goes whose line says that it is elsewhere.

        Blocking. Tells whether the name is free now; a file that nobody moved stays.
        """
        return self.move_to_record(path) or any(
            self._is_left_over(path, recorded) for recorded in self._recorded_elsewhere(path)
        )

    def move_to_record(self, path: str) -> bool:
        """Move a file to where its line says that it is, if it is not there. Blocking; as above."""
        return any(self._moves_to_record(path, recorded) for recorded in self._recorded_elsewhere(path))

    def remove_strays(self) -> None:
        """Remove names that a run which was killed gave and never wrote down. Blocking."""
        for path in files_below(self._root / FORMER_FOLDER):
            relative = path.relative_to(self._root).as_posix()
            if next(self.results.at(relative), None) is None:
                self.finish_move(relative)

    def _recorded_elsewhere(self, path: str) -> Iterator[NamedResult]:
        """Find the results that a file under this name may be, and that have another name by the lockfile."""
        digest = digest_of(self._root / path)
        for result in self.results.with_digest(digest) if digest else ():
            if not is_one_name(result.path, path) and not self._is_shared(result.output):
                yield result

    def _moves_to_record(self, path: str, result: NamedResult) -> bool:
        recorded = self._artifacts.locate(result.output)
        if recorded is None or lexists(recorded) or not _was_moved(path, result):
            return False
        return self._duplicate_file(path, result.path) and self._is_left_over(path, result)

    def _is_left_over(self, path: str, result: NamedResult) -> bool:
        """Remove a name that we gave, or one of the same inode, if the file is where its line says."""
        found, recorded = self._root / path, self._artifacts.locate(result.output)
        if recorded is None or not are_same(found, recorded):
            return False
        with suppress(OSError):
            if _was_moved(path, result) or found.samefile(recorded):
                remove_duplicate(found, recorded, self._root)
        return not lexists(found)

    async def _restore(self, job: Job, result: NamedResult) -> None:
        attempt = self._attempt(result)
        if attempt is None or await asyncio.to_thread(self._condition, result) is _Condition.CHANGED:
            return
        for name in islice(result_names(job, result.index), 2):
            path = with_ending(name, _kind_of(result))
            if not await self.vacate(path, result.owner):
                continue
            move = await asyncio.to_thread(self._take, result, path)
            if move:
                await self._end([move], attempt)
                await self.vacate_same_stem(path, result.owner)
                return

    def _take(self, result: NamedResult, path: str) -> _Move | None:
        """Give a file a name that no result has; one that is not there may lie under that very name."""
        target = self._root / path
        if self._condition(result) is _Condition.GONE:
            return _Move(result, path) if digest_of(target) == result.output.sha256 else None
        is_there = self._duplicate(result, path) or (self.finish_move(path) and self._duplicate(result, path))
        return _Move(result, path) if is_there else None

    async def _give_way(self, result: NamedResult, owner: ResultOwner) -> bool:
        """Give a result another name; not where it is the same job's, or has its name by the manifest."""
        attempt = self._attempt(result)
        if attempt is None or result.owner.fingerprint == owner.fingerprint:
            return False
        return await self._end(await asyncio.to_thread(self._moves, result, attempt), attempt)

    def _moves(self, result: NamedResult, attempt: Attempt) -> list[_Move]:
        """Prepare to move a file; where nobody asks for its task any more, with all its others."""
        first = self._prepare(result)
        if first is None or result.owner.fingerprint in self._jobs:
            return [first] if first else []
        others = (
            NamedResult(result.owner, index, output)
            for index, output in enumerate(attempt.outputs)
            if index != result.index and output.path and not is_former(output.path)
        )
        return [first, *filter(None, map(self._prepare, others))]

    def _prepare(self, result: NamedResult) -> _Move | None:
        """Give a file its second name; where there is no file, only choose it."""
        names = islice(self._next_names(result), _NAMES_TRIED)
        free = (path for path in names if next(self.results.at(path), None) is None)
        match self._condition(result):
            case _Condition.CHANGED:
                path = None
            case _Condition.GONE:
                path = next((one for one in free if not lexists(self._root / one)), None)
            case _Condition.IN_PLACE:
                path = next((one for one in free if self._duplicate(result, one)), None)
            case other:
                assert_never(other)
        return _Move(result, path) if path else None

    def _duplicate(self, result: NamedResult, path: str) -> bool:
        """Give a file a second name; False where that cannot be, or where it is not ours alone."""
        return not self._is_shared(result.output) and self._duplicate_file(result.path, path)

    def _duplicate_file(self, source: str, target: str) -> bool:
        with suppress(OSError, DownloadError):
            return duplicate(self._root / source, self._root / target, self._root)
        return False

    def _next_names(self, result: NamedResult) -> Iterator[str]:
        """Propose names for a file that gives way: its own by the manifest, if it has one there."""
        job = self._jobs.get(result.owner.fingerprint)
        if job is None:
            return former_names(result.path, result.owner.fingerprint)
        names = (with_ending(name, _kind_of(result)) for name in result_names(job, result.index))
        return iter(()) if _is_its_own(result, job) else names

    def _condition(self, result: NamedResult) -> _Condition:
        path = self._artifacts.locate(result.output)
        if path is None or is_led_out(path, self._root):
            return _Condition.CHANGED
        if not lexists(path):
            return _Condition.GONE
        digest = digest_of(path)
        if digest == result.output.sha256:
            return _Condition.IN_PLACE
        others = {one.output.sha256 for one in self.results.at(result.path) if one.owner != result.owner}
        return _Condition.GONE if digest in others else _Condition.CHANGED

    async def _end(self, moves: list[_Move], attempt: Attempt) -> bool:
        """Write down where the files of a task are now, then let go of their first names."""
        entry = self._recorder.entry(moves[0].result.owner.fingerprint) if moves else None
        if entry is None:
            return False
        paths = {move.result.index: move.path for move in moves}
        outputs = tuple(
            output._replace(path=paths.get(index, output.path))
            for index, output in enumerate(attempt.outputs)
        )
        await self._recorder.record(entry.only(attempt._replace(outputs=outputs)))
        for move in moves:
            self.results.put(move.result.owner, move.result.index, outputs[move.result.index])
        self.moved += len(moves)
        await asyncio.to_thread(self._let_go, moves)
        return True

    def _let_go(self, moves: list[_Move]) -> None:
        for move in moves:
            old = self._artifacts.locate(move.result.output)
            if old is not None and not is_one_name(move.result.path, move.path):
                with suppress(OSError):  # then it has both names, and another run takes the first one away
                    remove_duplicate(old, self._root / move.path, self._root)

    def _attempt(self, result: NamedResult) -> Attempt | None:
        """Find a task as it is known now; None where what is known is not what the name says."""
        entry = self._recorder.entry(result.owner.fingerprint)
        known = entry.attempts if entry else ()
        found = next((one for one in known if one.task_id == result.owner.task_id), None)
        is_so = found and len(found.outputs) > result.index
        return found if found and is_so and found.outputs[result.index].path == result.path else None

    def _is_shared(self, output: Output) -> bool:
        """Tell whether a lockfile beside this one speaks of the same file: it may lie there for both."""
        if self._shared is None:
            try:
                self._shared = digests_in(self._beside().values())
            except Sora2BatchError:
                return True
        return output.sha256 in self._shared


def _was_moved(path: str, result: NamedResult) -> bool:
    """Tell whether a move of ours leads from a name to where a file is recorded, or back."""
    return is_former(result.path) or (is_former(path) and has_digest(path, result.owner.fingerprint))


def _kind_of(result: NamedResult) -> str | None:
    return split_ending(result.path)[1][1:].lower() or None


def _is_its_own(result: NamedResult, job: Job) -> bool:
    return collision_key(next(result_names(job, result.index))) == collision_key(result.path)
