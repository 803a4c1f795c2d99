"""Which clips are in a reel, and in which order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from sora2batch.app.batch.batch import Batch
from sora2batch.gallery.page.axes import FormerPlaces, labels_of
from sora2batch.gallery.promotion.choose import choose
from sora2batch.gallery.promotion.origin import Finder, find_origins
from sora2batch.ground.errors import ExitCode, UsageError
from sora2batch.ground.job import Fingerprint
from sora2batch.ground.suggest import did_you_mean
from sora2batch.ground.text import listed
from sora2batch.lockfile.content import Lockfile
from sora2batch.lockfile.entry import Entry, State
from sora2batch.picks.picks import read_picks
from sora2batch.plan.job_status import PENDING
from sora2batch.plan.selection import Selection, parse_where

Labels = tuple[tuple[str, str], ...]


class Wanted(NamedTuple):
    """A job that may have clips."""

    key: str
    labels: Labels
    entry: Entry | None


class Found(NamedTuple):
    """A file that should be there."""

    key: str
    labels: Labels
    path: Path


class Skipped(NamedTuple):
    """What was wanted and is not in the reel."""

    key: str
    reason: str
    exit_code: ExitCode = ExitCode.FAILED


class ReelChoice(NamedTuple):
    """What was asked for, as the command line has it."""

    picks: Path | None
    min_rating: int | None
    select: tuple[str, ...]
    where: tuple[str, ...]
    order: str | None


def wanted_jobs(batch: Batch, lockfile: Lockfile, choice: ReelChoice) -> list[Wanted]:
    """Choose the jobs and put them in order.

    Raises:
        UsageError: nothing is chosen, or there is no such axis.
        ManifestError: the picks file has problems.
    """
    if choice.min_rating is not None and choice.picks is None:
        raise UsageError("--min-rating chooses among picks: give --picks as well")
    selection = Selection(select=choice.select, where=tuple(map(parse_where, choice.where)), only=True)
    jobs = selection.pick(batch.expansion.jobs)
    if choice.picks is None:
        wanted = [Wanted(job.key, labels_of(job), lockfile.get(job.fingerprint)) for job in jobs]
    else:
        is_narrow = bool(choice.select or choice.where)
        among = {job.fingerprint for job in jobs} if is_narrow else None
        wanted = list(_picked(batch, lockfile, choice.picks, choice.min_rating, among))
        if not wanted:
            raise UsageError("none of the picks fits --select and --where")
    return _ordered(wanted, choice.order, batch) if choice.order else wanted


def _picked(
    batch: Batch, lockfile: Lockfile, path: Path, min_rating: int | None, among: set[Fingerprint] | None
) -> Iterator[Wanted]:
    jobs = batch.expansion.jobs
    picks = read_picks(path)
    taken = choose(picks, min_rating=min_rating).taken
    by_fingerprint = {job.fingerprint: job for job in jobs}
    places = FormerPlaces(jobs)
    for origin in find_origins(picks, taken, Finder(jobs, lockfile)):
        if among is not None and origin.fingerprint not in among:
            continue
        entry = lockfile.get(origin.fingerprint)
        if job := by_fingerprint.get(origin.fingerprint):
            yield Wanted(job.key, labels_of(job), entry)
        elif entry:
            yield Wanted(entry.key, places.labels_of(entry), entry)


def _ordered(wanted: Sequence[Wanted], order: str, batch: Batch) -> list[Wanted]:
    """Sort by axes; what has no place on one comes last."""
    known: dict[str, dict[str, int]] = {}
    for labels in (*map(labels_of, batch.expansion.jobs), *(one.labels for one in wanted)):
        for axis, label in labels:
            ranks = known.setdefault(axis, {})
            ranks.setdefault(label, len(ranks))
    for word in reversed([one.strip() for one in order.split(",") if one.strip()]):
        axis = word if word in known else word.removeprefix("-")
        if axis not in known:
            message = f'--order {order}: there is no axis "{axis}"; there are {listed(known)}'
            raise UsageError(message, hint=did_you_mean(axis, known))
        sign = 1 if word in known else -1
        ranks = known[axis]
        wanted = sorted(wanted, key=lambda one: _rank(one, axis, ranks, sign))
    return list(wanted)


def _rank(one: Wanted, axis: str, ranks: dict[str, int], sign: int) -> float:
    label = dict(one.labels).get(axis)
    return float("inf") if label is None else sign * ranks[label]


def files_of(
    wanted: Iterable[Wanted], batch: Batch, *, are_picked: bool
) -> tuple[list[Found], list[Skipped], int]:
    """Say where the clips lie; what has none is skipped, or only counted if nobody named it."""
    found: list[Found] = []
    skipped: list[Skipped] = []
    unfinished = 0
    for one in wanted:
        if one.entry is None or one.entry.state is not State.COMPLETED:
            unfinished += 1
            if are_picked:
                state = one.entry.state.value if one.entry else PENDING
                skipped.append(Skipped(one.key, f"it has no clip: its job is {state}"))
            continue
        paths = [batch.artifacts.locate(output) for output in one.entry.primary.outputs]
        if not all(paths) or not paths:
            skipped.append(Skipped(one.key, "its file has not been downloaded", ExitCode.OPEN))
        found += [Found(one.key, one.labels, path) for path in paths if path]
    return found, skipped, unfinished
