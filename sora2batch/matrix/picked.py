"""The picks of people, as an axis of results knows them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256

from sora2batch.ground.errors import Sora2BatchError
from sora2batch.ground.job import Fingerprint, Job
from sora2batch.ground.pending_job import AskedJob
from sora2batch.ground.problem import Fault
from sora2batch.ground.rule import Rule
from sora2batch.manifest.manifest_error import ManifestError
from sora2batch.manifest.model import JobAxis
from sora2batch.manifest.tree import MissingFileError, Tree, TreeError
from sora2batch.matrix.diagnostics import Diagnostics
from sora2batch.picks.agreement import disagreements
from sora2batch.picks.picks import Pick, Picks, parse_picks


class BrokenPicksError(Sora2BatchError):
    """Picks that cannot be used; why has been noted."""


class PicksFiles:
    """Reads the picks files of one manifest, each one once."""

    def __init__(self, tree: Tree, name_of: Callable[[str], str], diagnostics: Diagnostics) -> None:
        self._tree = tree
        self._name_of = name_of
        self._diagnostics = diagnostics
        self._known: dict[str, Picks | None] = {}
        self._digests: dict[str, str] = {}

    @property
    def digests(self) -> tuple[tuple[str, str], ...]:
        """The name of each file that was read with the sha256 of its bytes in hex; sorted."""
        return tuple(sorted(self._digests.items()))

    def read(self, axis: JobAxis, group: str) -> Picks | None:
        """Read the picks of an axis; None where there is no such file yet.

        Raises:
            BrokenPicksError: they cannot be used.
        """
        assert axis.picks is not None
        if axis.picks not in self._known:
            try:
                self._known[axis.picks] = self._parsed(axis.picks)
            except TreeError as error:
                path = ("jobs", group, "matrix", axis.name, "picks")
                rule, message, hint = Rule.UNREADABLE_FILE, error.message, error.hint
                self._diagnostics.add(Fault(path=path, rule=rule, message=message, hint=hint))
                raise BrokenPicksError(message) from error
            except ManifestError as error:
                self._diagnostics.add_all(error.problems)
                raise BrokenPicksError(error.message) from error
        return self._known[axis.picks]

    def chosen(
        self, axis: JobAxis, picks: Picks, jobs: Iterable[AskedJob], marks: Mapping[str, Fingerprint]
    ) -> frozenset[str]:
        """Tell the keys of the jobs that were picked; a pick of none of them is noted.

        Args:
            axis: as it is written.
            picks: its file.
            jobs: those of its group.
            marks: the fingerprint of each job of any group made so far that is known already, by key.

        Raises:
            BrokenPicksError: a pick names no job.
        """
        by_mark = {mark: key for key, mark in marks.items()}
        mine = {job.key: job for job in jobs}
        known: list[tuple[Pick, Fingerprint]] = []
        keys: set[str] = set()
        lost: list[Pick] = []
        for pick in picks.picks:
            key = _key_of(pick, by_mark, mine, marks)
            if key in mine:
                if key in marks:
                    known.append((pick, marks[key]))
                if _is_wanted(pick, axis):
                    keys.add(key)
            elif (key is None or pick.fingerprint is None) and _means(pick, axis):
                lost.append(pick)
        problems = [picks.document.problem(_lost(pick, axis, mine)) for pick in lost]
        problems += disagreements(picks, known)
        if problems:
            self._diagnostics.add_all(problems)
            raise BrokenPicksError("picks that cannot be used")
        return frozenset(keys)

    def _parsed(self, name: str) -> Picks | None:
        try:
            content = self._tree.read(name)
        except MissingFileError:
            return None
        self._digests[name] = sha256(content).hexdigest()
        return parse_picks(content, file=self._name_of(name))


def _key_of(
    pick: Pick,
    by_mark: Mapping[Fingerprint, str],
    mine: Mapping[str, AskedJob],
    marks: Mapping[str, Fingerprint],
) -> str | None:
    """Find the job that a pick means; by its key if it has no fingerprint, or the job has none yet."""
    if pick.fingerprint is None:
        return pick.key
    key = by_mark.get(pick.fingerprint)
    is_open = key is None and pick.key in mine and pick.key not in marks
    return pick.key if is_open else key


def _means(pick: Pick, axis: JobAxis) -> bool:
    return _is_wanted(pick, axis) and _is_of(axis.group, pick)


def _is_wanted(pick: Pick, axis: JobAxis) -> bool:
    if axis.min_rating is None:
        return bool(pick.favourite)
    return pick.rating is not None and pick.rating >= axis.min_rating


def _is_of(group: str, pick: Pick) -> bool:
    """Tell whether a pick means a job of a group, as far as its key says; without one it may."""
    return pick.key is None or pick.key.partition("#")[0].partition("/")[0] == group


def _lost(pick: Pick, axis: JobAxis, mine: Mapping[str, AskedJob]) -> Fault:
    if pick.key in mine:
        message = f"{pick.key} is another request now than the one that was picked"
        hint = "look at the new result and pick again, or put back what was asked for"
    else:
        message = f"{pick.name} is no result of {axis.group}, as the manifest stands now"
        hint = "export the picks again, or remove this one"
    return Fault(path=pick.path, rule=Rule.BROKEN_PICK, message=message, hint=hint)


def marks_of(jobs: Iterable[Job]) -> dict[str, Fingerprint]:
    """Tell the fingerprint of each job by its key."""
    return {job.key: job.fingerprint for job in jobs}
