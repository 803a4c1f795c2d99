"""Picks that say different things of one job: one may name it by its key, another by its fingerprint."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sora2batch.ground.job import Fingerprint
from sora2batch.ground.problem import Problem
from sora2batch.picks.picks import Pick, Picks
from sora2batch.picks.picks_fault import contradiction


def disagreements(picks: Picks, known: Iterable[tuple[Pick, Fingerprint]]) -> Iterator[Problem]:
    """Find every pick of whose job an earlier one says otherwise.

    Args:
        picks: the file, for places.
        known: some of its picks, each with the job that it means.
    """
    first: dict[Fingerprint, Pick] = {}
    for pick, fingerprint in known:
        earlier = first.setdefault(fingerprint, pick)
        if not _agree(earlier, pick):
            yield picks.document.problem(contradiction(pick.path, earlier.path))


def _agree(one: Pick, other: Pick) -> bool:
    return (bool(one.favourite), one.rating, one.note) == (bool(other.favourite), other.rating, other.note)
