"""Which clips are in a reel, and in which order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from sora2batch.app.batch.batch import Batch
from sora2batch.app.reel.reel_lineage import ReelLineage
from sora2batch.gallery.page.axes import FormerPlaces, labels_of
from sora2batch.gallery.promotion.choose import choose
from sora2batch.gallery.promotion.origin import Finder, find_origins
from sora2batch.ground.errors import ExitCode, UsageError
from sora2batch.ground.job import Fingerprint, Job
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
    places: Labels
    """All that it can be ordered by."""


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
    grid: tuple[str, ...] = ()
    """The axes that are side by side."""


def wanted_jobs(batch: Batch, lockfile: Lockfile, choice: ReelChoice) -> list[Wanted]:
    """Choose the jobs and put them in order.

    Raises:
        UsageError: nothing is chosen, or there is no such axis.
        ManifestError: the picks file has problems.
    """
    if choice.min_rating is not None and choice.picks is None:
        raise UsageError("--min-rating chooses among picks: give --picks as well")
    lines = ReelLineage(batch.expansion.jobs, lockfile, choice.grid)
    where = tuple(map(parse_where, choice.where))
    of_others = tuple(pair for pair in where if "." in pair[0])
    plain = tuple(pair for pair in where if "." not in pair[0])
    selection = Selection(select=choice.select, where=plain, only=True)
    jobs = lines.narrowed(selection.pick(batch.expansion.jobs), of_others)
    is_narrow = bool(choice.select or where)
    if choice.picks is None:
        shown = jobs if is_narrow else lines.ends(jobs)
        wanted = [_wanted(job, lines, lockfile) for job in shown]
    else:
        among = {job.fingerprint for job in jobs} if is_narrow else None
        wanted = list(_picked(batch, lockfile, choice, lines, among))
        if not wanted:
            raise UsageError("none of the picks fits --select and --where")
    return _ordered(wanted, choice.order, batch) if choice.order else wanted


def _wanted(job: Job, lines: ReelLineage, lockfile: Lockfile) -> Wanted:
    return Wanted(job.key, lines.labels(job), lockfile.get(job.fingerprint), lines.places(job))


def _picked(
    batch: Batch, lockfile: Lockfile, choice: ReelChoice, lines: ReelLineage, among: set[Fingerprint] | None
) -> Iterator[Wanted]:
    """Find what was picked; what was picked to be made into something else stands for what became of it."""
    assert choice.picks is not None
    jobs = batch.expansion.jobs
    picks = read_picks(choice.picks)
    taken = choose(picks, min_rating=choice.min_rating).taken
    by_fingerprint = {job.fingerprint: job for job in jobs}
    places = FormerPlaces(jobs)
    shown: set[Fingerprint] = set()
    for origin in find_origins(picks, taken, Finder(jobs, lockfile)):
        job = by_fingerprint.get(origin.fingerprint)
        if job is None:
            if among is None and (entry := lockfile.get(origin.fingerprint)):
                labels = places.labels_of(entry)
                yield Wanted(entry.key, labels, entry, labels)
            continue
        for one in lines.what_became_of(job) if among is None else (job,):
            if one.fingerprint not in shown and (among is None or one.fingerprint in among):
                shown.add(one.fingerprint)
                yield _wanted(one, lines, lockfile)


def _ordered(wanted: Sequence[Wanted], order: str, batch: Batch) -> list[Wanted]:
    """Sort by axes; what has no place on one comes last."""
    known: dict[str, dict[str, int]] = {}
    for labels in (*map(labels_of, batch.expansion.jobs), *(one.places for one in wanted)):
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
    label = dict(one.places).get(axis)
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
