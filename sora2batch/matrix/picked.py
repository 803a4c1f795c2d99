"""The picks of people, as an axis of results knows them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import NamedTuple

from sora2batch.ground.errors import Sora2BatchError
from sora2batch.ground.job import Fingerprint
from sora2batch.ground.pending_job import AskedJob
from sora2batch.ground.problem import Fault, Problem
from sora2batch.ground.rule import Rule
from sora2batch.ground.suggest import did_you_mean
from sora2batch.manifest.manifest_error import ManifestError
from sora2batch.manifest.model import JobAxis
from sora2batch.manifest.tree import MissingFileError, Tree, TreeError
from sora2batch.matrix.diagnostics import Diagnostics
from sora2batch.picks.agreement import disagreements
from sora2batch.picks.picks import Pick, Picks, parse_picks


class BrokenPicksError(Sora2BatchError):
    """Picks that cannot be used; why has been noted."""


class Chosen(NamedTuple):
    """What was picked of one group."""

    keys: frozenset[str]
    """Of the jobs whose results were picked."""
    lost: bool
    """Whether something else was picked that is not there any more; that is among the findings."""


class PicksFiles:
    """Reads the picks files of one manifest, each one once."""

    def __init__(self, tree: Tree, name_of: Callable[[str], str], diagnostics: Diagnostics) -> None:
        self._tree = tree
        self._name_of = name_of
        self._diagnostics = diagnostics
        self._known: dict[str, Picks | None] = {}
        self._digests: dict[str, str] = {}
        self.findings: dict[Problem, None] = {}
        """Picks of what is not there any more; each names its file without the manifest's folder."""

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
        self,
        axis: JobAxis,
        picks: Picks,
        jobs: Iterable[AskedJob],
        marks: Mapping[str, Fingerprint],
        groups: Collection[str],
    ) -> Chosen:
        """Tell which jobs were picked; a pick of what is not there any more is a finding.

        Args:
            axis: as it is written.
            picks: its file.
            jobs: those of its group.
            marks: the fingerprint of each job of any group made so far that is known already, by key.
            groups: the names of all groups.

        Raises:
            BrokenPicksError: a pick that somebody wrote by hand names no job, or two contradict each other.
        """
        found = _PickReader(axis, jobs, marks, groups)
        for pick in picks.picks:
            found.read(pick)
        document = picks.document
        problems = [document.problem(found.broken(pick)) for pick in found.misnamed]
        problems += disagreements(picks, found.known)
        if problems:
            self._diagnostics.add_all(problems)
            raise BrokenPicksError("picks that cannot be used")
        lost = (replace(document.problem(found.former(pick)), file=axis.picks or "") for pick in found.lost)
        self.findings.update(dict.fromkeys(lost))
        return Chosen(frozenset(found.keys), bool(found.lost))

    def _parsed(self, name: str) -> Picks | None:
        try:
            content = self._tree.read(name)
        except MissingFileError:
            return None
        self._digests[name] = sha256(content).hexdigest()
        return parse_picks(content, file=self._name_of(name))


class _PickReader:
    """Finds the job that each pick means."""

    def __init__(
        self,
        axis: JobAxis,
        jobs: Iterable[AskedJob],
        marks: Mapping[str, Fingerprint],
        groups: Collection[str],
    ) -> None:
        self._axis = axis
        self._mine = {job.key: job for job in jobs}
        self._marks = marks
        self._by_mark = {mark: key for key, mark in marks.items()}
        self._groups = groups
        self.keys: set[str] = set()
        self.known: list[tuple[Pick, Fingerprint]] = []
        """Picks of jobs of this group, each with what tells its job from others."""
        self.misnamed: list[Pick] = []
        """Those that name, in words alone, what is no job."""
        self.lost: list[Pick] = []
        """Those that were made of requests which the manifest does not ask for now."""

    def read(self, pick: Pick) -> None:
        """Take one in; one that is of another group, or thinks little of its job, says nothing here."""
        key = self._key_of(pick)
        if key in self._mine:
            self.known.append((pick, self._marks.get(key, Fingerprint(key))))
            if self._is_wanted(pick):
                self.keys.add(key)
        elif key is not None and pick.fingerprint is not None:
            return  # the result of another group
        elif self._is_wanted(pick) and self._may_be_mine(pick):
            (self.misnamed if pick.fingerprint is None else self.lost).append(pick)

    def broken(self, pick: Pick) -> Fault:
        """Word that a pick names no job."""
        message = f"{pick.name} is no result of {self._axis.group}, as the manifest stands now"
        near = did_you_mean(pick.name, self._mine)
        return Fault(
            path=pick.path, rule=Rule.BROKEN_PICK, message=message, hint=near or "correct it, or remove it"
        )

    def former(self, pick: Pick) -> Fault:
        """Word that a pick is of what is not asked for any more."""
        if pick.key in self._mine:
            why = f"{pick.key} is another request now than the one that was picked, which does not count"
            hint = "look at the new result and pick again, or put back what was asked for"
        else:
            why = f"{pick.name} is no result of {self._axis.group} any more, and does not count"
            hint = "remove this pick, or put back what was asked for"
        return Fault(path=pick.path, rule=Rule.LOST_PICK, message=why, hint=hint)

    def _key_of(self, pick: Pick) -> str | None:
        """Find the job that is meant; by its key if the pick has no fingerprint, or the job has none yet."""
        if pick.fingerprint is None:
            return pick.key
        key = self._by_mark.get(pick.fingerprint)
        is_open = key is None and pick.key in self._mine and pick.key not in self._marks
        return pick.key if is_open else key

    def _is_wanted(self, pick: Pick) -> bool:
        if self._axis.min_rating is None:
            return bool(pick.favourite)
        return pick.rating is not None and pick.rating >= self._axis.min_rating

    def _may_be_mine(self, pick: Pick) -> bool:
        """Tell whether a pick means a job of this group, or of none, as far as its key says."""
        if pick.key is None:  # nobody can tell whose it was
            return False
        group = pick.key.partition("#")[0].partition("/")[0]
        is_misspelled = pick.fingerprint is None and group not in self._groups
        return group == self._axis.group or is_misspelled


def no_choice(axis: JobAxis, group: str, picks: Sequence[Pick]) -> str:
    """Word that nothing was picked, so that a group has no job."""
    liked = f"rated {axis.min_rating} or better" if axis.min_rating else "a favourite"
    more = "" if picks else ": there are no picks at all"
    return f"no pick of {axis.group} is {liked}, so {group} has no job{more}"
