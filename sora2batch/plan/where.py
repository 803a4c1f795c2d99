"""Which value of an axis ``--where axis=value`` means: as it is written in the manifest, or by its label."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias
from unicodedata import normalize

from sora2batch.ground.errors import UsageError
from sora2batch.ground.job import Column
from sora2batch.ground.option_words import option, said
from sora2batch.ground.pending_job import AskedJob
from sora2batch.ground.slug import composed, full_slug, slug
from sora2batch.ground.suggest import did_you_mean
from sora2batch.ground.text import listed
from sora2batch.matrix.label import text_of

Place: TypeAlias = tuple[str, str]
"""A group, and a label in it: two groups may label one value differently."""

_VALUES_SHOWN = 12
_JOINTS = re.compile(r"[-_]+")


class _Candidate(NamedTuple):
    """A value that some job has."""

    group: str
    label: str
    text: str
    """As it is written in the manifest; the label where it is named by its position."""


def places_meant(where: Iterable[tuple[str, str]], jobs: Sequence[AskedJob]) -> Mapping[str, set[Place]]:
    """Find for each axis the places whose jobs are wanted.

    Raises:
        UsageError: no job has such an axis or value, or it is not clear which value is meant.
    """
    places: dict[str, set[Place]] = {}
    known = _known_places(jobs) if where else {}
    texts = _Texts(jobs)
    for axis, value in where:
        if axis not in known:
            raise UsageError(
                f'{_spelled(axis, value)}: there is no axis "{axis}"; there are {listed(known) or "none"}',
                hint=did_you_mean(axis, known),
            )
        places.setdefault(axis, set()).update(_meant(axis, value, list(texts.candidates(axis, known[axis]))))
    return places


def _spelled(axis: str, value: str) -> str:
    return option("where", f"{axis}={value}")


def _known_places(jobs: Iterable[AskedJob]) -> Mapping[str, Mapping[Place, None]]:
    known: dict[str, dict[Place, None]] = {}
    for job in jobs:
        for axis, label in job.labels:
            known.setdefault(axis, {})[job.group, label] = None
    return known


class _Texts:
    """Looks up how values are written."""

    def __init__(self, jobs: Iterable[AskedJob]) -> None:
        self._columns = {job.group: job.columns for job in jobs}

    def candidates(self, axis: str, places: Iterable[Place]) -> Iterator[_Candidate]:
        written = {
            group: _texts_of(column)
            for group, columns in self._columns.items()
            for column in columns
            if column.name == axis
        }
        for group, label in places:
            yield _Candidate(group=group, label=label, text=written.get(group, {}).get(label, label))


def _texts_of(column: Column) -> Mapping[str, str]:
    pairs = zip(column.labels, map(text_of, column.values), strict=True)
    return {label: text for (_, label), text in pairs if text is not None}


def _meant(axis: str, value: str, candidates: Sequence[_Candidate]) -> Iterator[Place]:
    """Take what fits best: the text as written before the label, what is the same before what is alike."""
    for spell, names_of in _READINGS:
        wanted = spell(value)
        found = [one for one in candidates if wanted is not None and wanted in map(spell, names_of(one))]
        if found:
            _check_is_clear(axis, value, found)
            return ((one.group, one.label) for one in found)
    labels = list(dict.fromkeys(one.label for one in candidates))
    some = listed(labels[:_VALUES_SHOWN]) + (", …" if len(labels) > _VALUES_SHOWN else "")
    raise UsageError(
        f"{_spelled(axis, value)}: no job has this value; {axis} is one of {some}",
        hint=did_you_mean(value, labels),
    )


def _composed(text: str) -> str:
    return normalize("NFC", text).strip()


def _seen(text: str) -> str:
    return composed(text).strip()


def _fully_slugged(text: str) -> str | None:
    return _joined(full_slug(text))


def _slugged(text: str) -> str | None:
    return _joined(slug(text))


def _joined(text: str) -> str | None:
    """Take dashes and underscores for the same; a text without any letter is like no other."""
    return _JOINTS.sub("-", text).strip("-") or None


def _by_text(one: _Candidate) -> tuple[str, ...]:
    return (one.text,)


def _by_label(one: _Candidate) -> tuple[str, ...]:
    return (one.label,)


def _by_both(one: _Candidate) -> tuple[str, ...]:
    return one.text, one.label


_READINGS: tuple[tuple[Callable[[str], str | None], Callable[[_Candidate], tuple[str, ...]]], ...] = (
    (_composed, _by_text),
    (_seen, _by_text),
    (_seen, _by_label),
    (_fully_slugged, _by_both),
    (_slugged, _by_both),
)
"""From the strictest to the loosest; the first that fits any value counts."""


def _check_is_clear(axis: str, value: str, found: Sequence[_Candidate]) -> None:
    """Refuse to guess: nobody should have to pay to find out what was meant.

    The same text in two groups is one value; two values of one group, or two texts, are not.
    """
    labels = list(dict.fromkeys(candidate.label for candidate in found))
    groups = {candidate.group for candidate in found}
    texts = {_seen(candidate.text) for candidate in found}
    if len(found) == len(groups) and (len(labels) == 1 or len(texts) == 1):
        return
    raise UsageError(
        f"{_spelled(axis, value)}: this may mean {listed(labels[:_VALUES_SHOWN])}",
        hint=f"write the label as it stands in the job's key, or {said('--select', 'select')} the key",
    )
