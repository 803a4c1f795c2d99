"""Which part of a manifest a call is about: ``--select``, ``--where``, ``--until``, ``--limit``."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import translate
from typing import Generic, NamedTuple, TypeVar

from sora2batch.ground.errors import UsageError
from sora2batch.ground.option_words import option, said
from sora2batch.ground.pending_job import AskedJob
from sora2batch.ground.slug import composed, unified
from sora2batch.ground.suggest import did_you_mean, nearest
from sora2batch.ground.text import listed
from sora2batch.plan.where import Place, places_meant

_KeyTest = Callable[[str], object]
AnyJob = TypeVar("AnyJob", bound=AskedJob)


class Picked(NamedTuple, Generic[AnyJob]):
    """Jobs that were chosen, in their order."""

    jobs: tuple[AnyJob, ...]
    added: frozenset[str]
    """The keys of those that nobody named: others rest on them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What to look at, and how much of it to submit."""

    select: tuple[str, ...] = ()
    """Globs on keys; a job that fits one of them is in. None at all means every job."""
    where: tuple[tuple[str, str], ...] = ()
    """(axis, value) pairs; values of one axis are alternatives, different axes must all fit."""
    limit: int | None = None
    """How many jobs may be submitted; the rest waits."""
    retry_failed: bool = False
    """Whether failed and rejected jobs are submitted again."""
    force: bool = False
    """Whether that goes for jobs too whose picture the API refused."""
    until: tuple[str, ...] = ()
    """Groups: only jobs of these, and what they rest on."""
    only: bool = False
    """Whether what the others rest on is left out."""

    def pick(self, jobs: Sequence[AnyJob]) -> tuple[AnyJob, ...]:
        """Choose the jobs that fit, and those that they rest on, in their order.

        Raises:
            UsageError: as below.
        """
        return self.choose(jobs).jobs

    def choose(self, jobs: Sequence[AnyJob]) -> Picked[AnyJob]:
        """Choose them, and tell which of them nobody named.

        Raises:
            UsageError: a glob, an axis, a value or a group fits nothing at all, most likely a slip; or
                together they fit no job.
        """
        if not self.select and not self.where and not self.until:
            return Picked(tuple(jobs), frozenset())
        tests = _key_tests(self.select, jobs)
        places = places_meant(self.where, jobs)
        _check_groups(self.until, jobs)
        picked = tuple(
            job
            for job in jobs
            if _has_key(job, tests) and _is_at(job, places) and (not self.until or job.group in self.until)
        )
        if not picked:
            raise UsageError(f"no job fits all of {self._spelled()}", hint=_way_to_keys())
        if self.only:
            return Picked(picked, frozenset())
        whole = _with_ancestors(picked, jobs)
        named = {job.key for job in picked} if len(whole) > len(picked) else ()
        return Picked(whole, frozenset(job.key for job in whole if named and job.key not in named))

    def _spelled(self) -> str:
        words = [option("select", glob) for glob in self.select]
        words += [option("where", f"{axis}={value}") for axis, value in self.where]
        words += [option("until", group) for group in self.until]
        return said(" ", ", ").join(words)


def _with_ancestors(picked: tuple[AnyJob, ...], jobs: Sequence[AnyJob]) -> tuple[AnyJob, ...]:
    """Add the jobs that these rest on, and those that these rest on."""
    if not any(job.needs for job in picked):
        return picked
    known = {job.key: job for job in jobs}
    keys = {job.key for job in picked}
    news = list(picked)
    while news:
        more = {need for job in news for need in job.needs if need in known} - keys
        keys |= more
        news = [known[key] for key in more]
    return tuple(job for job in jobs if job.key in keys)


def _check_groups(groups: Iterable[str], jobs: Sequence[AskedJob]) -> None:
    known = dict.fromkeys(job.group for job in jobs)
    for group in groups:
        if group not in known:
            hint = did_you_mean(group, known) or f"the groups with jobs are {listed([*known])}"
            raise UsageError(f"{option('until', group)}: no group of jobs has this name", hint=hint)


def _way_to_keys() -> str:
    return said("`sora2batch plan MANIFEST` lists every job's key", "`expand` lists every job's key")


def parse_where(text: str) -> tuple[str, str]:
    """Read ``axis=value``.

    Raises:
        UsageError: there is no ``=``, or no axis before it.
    """
    axis, equals, value = text.partition("=")
    if not equals or not axis.strip():
        raise UsageError(
            f"{option('where', text)}: write it as axis=value, such as {option('where', 'camera=slow-pan')}"
        )
    return unified(axis.strip()), value.strip()


def _has_key(job: AskedJob, tests: Collection[_KeyTest]) -> bool:
    return not tests or any(test(job.key) for test in tests)


def _is_at(job: AskedJob, places: Mapping[str, Collection[Place]]) -> bool:
    if not places:
        return True
    labels = dict(job.labels)
    return all((job.group, labels.get(axis)) in wanted for axis, wanted in places.items())


def _key_tests(globs: Iterable[str], jobs: Sequence[AskedJob]) -> list[_KeyTest]:
    tests: list[_KeyTest] = []
    for glob in globs:
        test = re.compile(translate(composed(glob))).match
        if not any(test(job.key) for job in jobs):
            raise UsageError(
                f"{option('select', glob)}: no job has such a key", hint=_nearest_glob(glob, jobs)
            )
        tests.append(test)
    return tests


def _nearest_glob(glob: str, jobs: Sequence[AskedJob]) -> str:
    groups = dict.fromkeys(job.group for job in jobs)
    group = glob.partition("/")[0]
    if group in groups:
        return f'every key of this group fits "{group}*"; {_way_to_keys()}'
    near = nearest(group, groups)
    if near is None:
        return _way_to_keys()
    meant = f"{near}{glob.removeprefix(group)}"
    fits = re.compile(translate(meant)).match
    return f'did you mean "{meant if any(fits(job.key) for job in jobs) else f"{near}*"}"?'
