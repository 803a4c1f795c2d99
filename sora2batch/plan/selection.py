"""Which part of a manifest a call is about: ``--select``, ``--where``, ``--limit``."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import translate
from unicodedata import combining, normalize

from sora2batch.errors import UsageError
from sora2batch.job import Job
from sora2batch.suggest import did_you_mean, listed

_VALUES_SHOWN = 12
_BETWEEN_WORDS = re.compile(r"[\W_]+")

_KeyTest = Callable[[str], object]


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

    def pick(self, jobs: Sequence[Job]) -> tuple[Job, ...]:
        """Choose the jobs that fit, in their order.

        Raises:
            UsageError: a glob, an axis or a value fits nothing at all, most likely a slip; or together
                they fit no job.
        """
        if not self.select and not self.where:
            return tuple(jobs)
        tests = _key_tests(self.select, jobs)
        wanted = _wanted_labels(self.where, jobs)
        picked = tuple(job for job in jobs if _has_key(job, tests) and _has_labels(job, wanted))
        if not picked:
            raise UsageError(f"no job fits all of {self._spelled()}", hint=_LIST_KEYS)
        return picked

    def _spelled(self) -> str:
        words = [f"--select {glob}" for glob in self.select]
        return " ".join(words + [f"--where {axis}={value}" for axis, value in self.where])


_LIST_KEYS = "`sora2batch plan MANIFEST` lists every job's key"


def parse_where(text: str) -> tuple[str, str]:
    """Read ``axis=value``.

    Raises:
        UsageError: there is no ``=``, or no axis before it.
    """
    axis, equals, value = text.partition("=")
    if not equals or not axis.strip():
        raise UsageError(f"--where {text}: write it as axis=value, such as --where camera=slow-pan")
    return axis.strip(), value.strip()


def _has_key(job: Job, tests: Collection[_KeyTest]) -> bool:
    return not tests or any(test(job.key) for test in tests)


def _has_labels(job: Job, wanted: Mapping[str, Collection[str]]) -> bool:
    if not wanted:
        return True
    labels = dict(job.labels)
    return all(labels.get(axis) in values for axis, values in wanted.items())


def _key_tests(globs: Iterable[str], jobs: Sequence[Job]) -> list[_KeyTest]:
    tests: list[_KeyTest] = []
    for glob in globs:
        test = re.compile(translate(glob)).match
        if not any(test(job.key) for job in jobs):
            raise UsageError(f"--select {glob}: no job has such a key", hint=_nearest_glob(glob, jobs))
        tests.append(test)
    return tests


def _nearest_glob(glob: str, jobs: Sequence[Job]) -> str:
    groups = dict.fromkeys(job.group for job in jobs)
    group = glob.partition("/")[0]
    if group in groups:
        return f'every key of this group fits "{group}*"; {_LIST_KEYS}'
    return did_you_mean(group, groups) or _LIST_KEYS


def _wanted_labels(where: Iterable[tuple[str, str]], jobs: Sequence[Job]) -> Mapping[str, set[str]]:
    wanted: dict[str, set[str]] = {}
    known: dict[str, dict[str, None]] = {}
    for job in jobs if where else ():
        for axis, label in job.labels:
            known.setdefault(axis, {})[label] = None
    for axis, value in where:
        if axis not in known:
            raise UsageError(
                f'--where {axis}={value}: there is no axis "{axis}"; there are {listed(known) or "none"}',
                hint=did_you_mean(axis, known),
            )
        wanted.setdefault(axis, set()).add(_label_meant(axis, value, known[axis]))
    return wanted


def _label_meant(axis: str, value: str, labels: Collection[str]) -> str:
    """Find the label of a value that is written as a label, or as it stands in the manifest."""
    if value in labels:
        return value
    plain = _plain(value)
    near = [label for label in labels if plain and _plain(label) == plain]
    if not near:
        some = listed(list(labels)[:_VALUES_SHOWN]) + (", …" if len(labels) > _VALUES_SHOWN else "")
        raise UsageError(
            f"--where {axis}={value}: no job has this value; {axis} is one of {some}",
            hint=did_you_mean(value, labels),
        )
    # "C" and "C++" get the labels c and c-2: which of them is meant, nobody should have to pay to find out.
    numbered = re.compile(rf"{re.escape(plain)}-[0-9]+")
    near += [label for label in labels if numbered.fullmatch(_plain(label))]
    if len(near) > 1:
        raise UsageError(
            f"--where {axis}={value}: this may mean {listed(near[:_VALUES_SHOWN])}",
            hint="write the label as it stands in the job's key",
        )
    return near[0]


def _plain(text: str) -> str:
    """Leave nothing of a text but its letters and digits, in lower case, words joined by dashes."""
    letters = (one for one in normalize("NFKD", text) if not combining(one))
    return _BETWEEN_WORDS.sub("-", "".join(letters).casefold()).strip("-")
