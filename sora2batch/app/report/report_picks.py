"""Where the marks of a page come from, and where they go: the files of gates, and one for everything else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from sora2batch.app.batch.batch import Batch
from sora2batch.gallery.page.card import Mark
from sora2batch.ground.job import Fingerprint, Job
from sora2batch.ground.text import readable
from sora2batch.manifest.manifest_error import ManifestError
from sora2batch.picks.agreement import disagreements
from sora2batch.picks.picks import Pick, Picks
from sora2batch.picks.picks_file import PicksFile


class MarkSource(NamedTuple):
    """A picks file, and of which groups it tells."""

    picks: Picks
    groups: frozenset[str] | None = None
    """None if it tells of every one."""
    but: frozenset[str] = frozenset()
    """Groups that other files tell of."""

    def tells_of(self, group: str) -> bool:
        """Tell whether marks of a group are taken from it."""
        return group not in self.but and (self.groups is None or group in self.groups)


def gate_files(batch: Batch) -> Mapping[str, str]:
    """Find for each group whose results are picked the file that says which, as the manifest names it."""
    found: dict[str, str] = {}
    for group in batch.manifest.groups:
        for axis in group.job_axes:
            if axis.picks:
                found.setdefault(axis.group, axis.picks)
    return found


class ReportPicks:
    """The picks files of one batch, read and written as the manifest wants it."""

    def __init__(self, batch: Batch, rest: PicksFile | None, *, is_only: bool = False) -> None:
        """Find the files.

        Args:
            batch: whose marks they hold.
            rest: for whatever no gate asks for; None where such marks are not kept.
            is_only: whether everything is kept there, whatever the manifest says.
        """
        self._manifest = batch.manifest
        self.rest = rest
        self._gate_of: Mapping[str, str] = {} if is_only else gate_files(batch)

    @property
    def gate_names(self) -> tuple[str, ...]:
        """The files of gates, as the manifest names them, each once."""
        return tuple(dict.fromkeys(self._gate_of.values()))

    def read(self) -> tuple[MarkSource, ...]:
        """Read all of them.

        Raises:
            ManifestError: one is no picks file.
            UsageError: one cannot be read.
        """
        rest = [MarkSource(self.rest.read(), but=frozenset(self._gate_of))] if self.rest else []
        return (*rest, *self._gates())

    def save(self, made: Iterable[Pick], jobs: Iterable[Job]) -> tuple[str, ...]:
        """Put picks where they belong, and name the files.

        Args:
            made: each with its fingerprint.
            jobs: those of now.

        Raises:
            ManifestError: one is no picks file any more, and stays as it is.
            UsageError: one cannot be read or written.
        """
        groups = {job.fingerprint: job.group for job in jobs}
        sorted_out: dict[str | None, list[Pick]] = defaultdict(list)
        for pick in made:
            sorted_out[self._gate_of.get(_group_of(pick, groups))].append(pick)
        for name, picks in sorted_out.items():
            file = self.rest if name is None else self._file(name)
            if file:
                file.save(picks)
        return tuple(readable(name or (self.rest.path.name if self.rest else "")) for name in sorted_out)

    def _gates(self) -> Iterator[MarkSource]:
        for name in self.gate_names:
            groups = frozenset(group for group, file in self._gate_of.items() if file == name)
            yield MarkSource(self._file(name).read(), groups)

    def _file(self, name: str) -> PicksFile:
        path = Path(self._manifest.path.parent, name)
        return PicksFile(path=path, manifest=self._manifest.file, makes_folder=True)


def _group_of(pick: Pick, groups: Mapping[Fingerprint, str]) -> str:
    known = groups.get(pick.fingerprint) if pick.fingerprint else None
    return known or (pick.key or "").partition("#")[0].partition("/")[0]


def marks_of(sources: Iterable[MarkSource], jobs: Sequence[Job]) -> tuple[Mark, ...]:
    """Take earlier picks, of each job what the last file says; those of other batches are left out.

    Raises:
        ManifestError: two picks of one file say different things of one job.
    """
    by_key = {job.key: job.fingerprint for job in jobs}
    groups = {job.fingerprint: job.group for job in jobs}
    marks: dict[Fingerprint, Mark] = {}
    for source in sources:
        named = ((pick, pick.fingerprint or by_key.get(pick.key or "")) for pick in source.picks.picks)
        known = [(pick, mine) for pick, mine in named if mine and source.tells_of(groups.get(mine, ""))]
        if problems := tuple(disagreements(source.picks, known)):
            raise ManifestError(problems)
        for pick, mine in known:
            favourite, rating = bool(pick.favourite), pick.rating
            marks[mine] = Mark(fingerprint=mine, favourite=favourite, rating=rating, note=pick.note)
    return tuple(marks.values())
