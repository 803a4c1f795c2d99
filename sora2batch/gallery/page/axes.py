"""The axes of a whole batch: those of its groups, the groups themselves, and takes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain

from sora2batch.gallery.page.card import Axis, Card
from sora2batch.ground.pending_job import AskedJob
from sora2batch.lockfile.entry import Entry

GROUP = "group"
TAKE = "take"
_OWN = frozenset({GROUP, TAKE})

Labels = tuple[tuple[str, str], ...]


def labels_of(job: AskedJob) -> Labels:
    """Name a job's place: its group, its labels, its take. An axis that is called ``group`` wins."""
    return _whole(job.group, job.labels, job.take)


class FormerPlaces:
    """Guesses where a job that is no longer asked for had its place, from its key."""

    def __init__(self, jobs: Iterable[AskedJob]) -> None:
        self._axes: dict[str, tuple[str, ...]] = {}
        for job in jobs:
            if job.group not in self._axes:
                self._axes[job.group] = tuple(axis for axis, _ in job.labels)

    def labels_of(self, entry: Entry) -> Labels:
        """Name the place; only its group and take if the group has other axes now."""
        group, *labels = entry.key.partition("#")[0].split("/")
        axes = self._axes.get(group, ())
        known = zip(axes, labels, strict=True) if len(axes) == len(labels) else ()
        return _whole(group, tuple(known), entry.take)


def axes_of(cards: Sequence[Card]) -> tuple[Axis, ...]:
    """Collect the axes that leave a choice, with their labels in the order of the cards."""
    counts = Counter(chain.from_iterable(card.labels for card in cards))
    found: dict[str, dict[str, int]] = {GROUP: {}}
    for (axis, label), count in counts.items():
        found.setdefault(axis, {})[label] = count
    takes = found.pop(TAKE, {})
    return tuple(
        Axis(name=name, labels=tuple(labels))
        for name, labels in {**found, TAKE: takes}.items()
        # To have no place on an axis, as some cards may, is a choice, too.
        if len(labels) + (sum(labels.values()) < len(cards)) > 1
    )


def _whole(group: str, labels: Labels, take: int) -> Labels:
    for axis, _ in labels:  # there may be many, and hardly any axis is called so
        if axis in _OWN:
            return tuple({GROUP: group, **dict(labels), TAKE: f"#{take}"}.items())
    return (_in_group(group), *labels, _of_take(take))


@lru_cache(maxsize=1024)
def _in_group(group: str) -> tuple[str, str]:
    return GROUP, group


@lru_cache(maxsize=1024)
def _of_take(take: int) -> tuple[str, str]:
    return TAKE, f"#{take}"
