"""What lies in an output folder beside what the manifest asks for; only looked at, never touched."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from sora2batch.ground.job import FORMER_FOLDER, Credits, Fingerprint
from sora2batch.ground.plainfile import is_led_out
from sora2batch.lockfile.content import Lockfile
from sora2batch.lockfile.entry import Attempt, Entry, Output, State
from sora2batch.lockfile.path import is_former
from sora2batch.matrix.filename import split_ending
from sora2batch.run.artifact import Artifacts
from sora2batch.run.file_move import digest_of, files_below
from sora2batch.run.result_index import NamedResult, ResultOwner, folded_name

_PART = ".part"


class PruneKind(StrEnum):
    """Why a file is not one of those that the manifest asks for."""

    ORPHAN = "orphan"
    """A result, paid for, of a job that the manifest no longer asks for; under its plain name."""
    FORMER = "former"
    """Such a result that gave its name to another's before: it is in ``.former/`` already."""
    STRAY = "stray"
    """A picture, clip or sound that no lockfile here lists, or a download that nobody will go on with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prunable:
    """One file that could go."""

    kind: PruneKind
    path: str
    """Relative to the output folder, with forward slashes."""
    bytes: int
    result: NamedResult | None = None
    """What the lockfile says of it; None for strays."""
    key: str | None = None
    credits: Credits | None = None
    """What the task that made it cost, told with its first file."""


@dataclass(frozen=True, kw_only=True, eq=False)
class FolderSurvey:
    """A folder of results, and all that is known of what belongs there."""

    root: Path
    entries: Mapping[Fingerprint, Entry]
    wanted: Collection[Fingerprint]
    """Of the jobs that the manifest asks for."""
    beside: tuple[Lockfile, ...] = ()
    """The lockfiles of other manifests, which may share the folder."""
    is_own: bool = True
    """Whether it lies below the manifest's folder; elsewhere nobody knows whose the rest is: no strays."""

    def prunable(self) -> Iterator[Prunable]:
        """Find the files that could go, sorted by kind and path: orphans, former results, strays."""
        results = sorted(self._results(), key=lambda found: (found.kind is PruneKind.FORMER, found.path))
        yield from results
        yield from self._strays()

    def _results(self) -> Iterator[Prunable]:
        artifacts = Artifacts(self.root)
        for fingerprint, entry in self.entries.items():
            # What was paid twice for a job that is still asked for belongs to it: a run would miss it.
            if fingerprint in self.wanted:
                continue
            for attempt in entry.attempts:
                yield from self._of_attempt(entry, attempt, artifacts)

    def _of_attempt(self, entry: Entry, attempt: Attempt, artifacts: Artifacts) -> Iterator[Prunable]:
        credits: Credits | None = attempt.credits
        for index, output in enumerate(attempt.outputs):
            path = artifacts.locate(output)
            if path is None or output.sha256 is None or not self._is_ours(path, output):
                continue
            yield Prunable(
                kind=PruneKind.FORMER if is_former(output.path) else PruneKind.ORPHAN,
                path=output.path or "",
                bytes=output.bytes or 0,
                result=NamedResult(ResultOwner(entry.fingerprint, attempt.task_id), index, output),
                key=entry.key,
                credits=credits,
            )
            credits = None

    def _is_ours(self, path: Path, output: Output) -> bool:
        """Tell whether a file is as its line says, and no other line speaks of it."""
        if output.sha256 in self._wanted_digests or is_led_out(path, self.root):
            return False
        try:
            length = path.lstat().st_size
        except OSError:
            return False
        return length == output.bytes and digest_of(path) == output.sha256

    @cached_property
    def _wanted_digests(self) -> frozenset[str]:
        """Of all files that somebody else may count on: other manifests, and jobs that are asked for."""
        wanted = (entry for key, entry in self.entries.items() if key in self.wanted)
        outputs = (*_outputs(wanted), *self._outputs_beside)
        return frozenset(output.sha256 for output in outputs if output.sha256)

    def _strays(self) -> Iterator[Prunable]:
        if not self.is_own:
            return
        known = {folded_name(output.path) for output in self._all_outputs if output.path}
        for path in files_below(self.root):
            name = path.relative_to(self.root).as_posix()
            if folded_name(name) not in known and self._may_be_stray(path, name):
                yield Prunable(kind=PruneKind.STRAY, path=name, bytes=path.lstat().st_size)

    def _may_be_stray(self, path: Path, name: str) -> bool:
        if path.is_symlink() or not path.is_file() or _is_hidden(name):
            return False
        if name.endswith(_PART):
            return not self._has_downloads_ahead
        return bool(split_ending(name)[1]) and not self._is_misplaced(path)

    def _is_misplaced(self, path: Path) -> bool:
        """Tell whether a file is a result: one whose own place is empty, or of another manifest.

        The former was moved by somebody; of the latter the folder may lie in this one.
        """
        length = path.lstat().st_size
        if length not in self._missing_lengths and length not in self._lengths_beside:
            return False
        digest = digest_of(path)
        among = self._all_outputs if length in self._missing_lengths else self._outputs_beside
        return any(output.sha256 == digest for output in among)

    @cached_property
    def _missing_lengths(self) -> frozenset[int]:
        artifacts = Artifacts(self.root)
        located = ((output, artifacts.locate(output)) for output in self._all_outputs)
        return frozenset(output.bytes or 0 for output, path in located if path and not path.is_file())

    @cached_property
    def _has_downloads_ahead(self) -> bool:
        attempts = (attempt for entry in self._all_entries for attempt in entry.attempts)
        return any(
            attempt.state in {State.SUBMITTED, State.IN_DOUBT}
            or (attempt.state is State.COMPLETED and not _is_fetched(attempt))
            for attempt in attempts
        )

    @property
    def _all_entries(self) -> Iterator[Entry]:
        yield from self.entries.values()
        yield from self._entries_beside

    @property
    def _entries_beside(self) -> Iterator[Entry]:
        yield from (entry for lockfile in self.beside for entry in lockfile.entries.values())

    @cached_property
    def _all_outputs(self) -> tuple[Output, ...]:
        return tuple(_outputs(self._all_entries))

    @cached_property
    def _outputs_beside(self) -> tuple[Output, ...]:
        return tuple(_outputs(self._entries_beside))

    @cached_property
    def _lengths_beside(self) -> frozenset[int]:
        return frozenset(output.bytes or 0 for output in self._outputs_beside if output.sha256)


def _outputs(entries: Iterable[Entry]) -> Iterator[Output]:
    return (output for entry in entries for attempt in entry.attempts for output in attempt.outputs)


def _is_fetched(attempt: Attempt) -> bool:
    return bool(attempt.outputs) and all(output.sha256 for output in attempt.outputs)


def _is_hidden(name: str) -> bool:
    parts = name.split("/")
    below = parts[1:] if parts[0].casefold() == FORMER_FOLDER else parts
    return any(part.startswith(".") for part in below)
