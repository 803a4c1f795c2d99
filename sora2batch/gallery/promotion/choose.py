"""Which picks are promoted, and why these."""

from __future__ import annotations

from dataclasses import dataclass

from sora2batch.ground.errors import UsageError
from sora2batch.ground.text import counted
from sora2batch.picks.picks import Pick, Picks

_GOOD = 3
"""Stars from which a pick is taken without being asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The picks that are taken."""

    taken: tuple[Pick, ...]
    """In the order of the file; never empty."""
    of: int
    """How many picks there were."""
    reason: str
    """Which these are: ``the favourites``."""

    @property
    def count(self) -> str:
        """Such as ``3 of 7 picks``."""
        return f"{len(self.taken):,} of {counted(self.of, 'pick')}"


def choose(picks: Picks, *, min_rating: int | None) -> Choice:
    """Take the picks of a rating, else the favourites, else those that nobody spoke against.

    Raises:
        UsageError: that is none; says what there is.
    """
    file = picks.document.file
    if not picks.picks:
        hint = "mark favourites in the page of `sora2batch report` and export them"
        raise UsageError(f"{file} holds no pick", hint=hint)
    if min_rating is not None:
        return _rated(picks, min_rating)
    favourites = tuple(pick for pick in picks.picks if pick.favourite)
    if favourites:
        return Choice(taken=favourites, of=len(picks.picks), reason="the favourites")
    return _not_bad(picks)


def _not_bad(picks: Picks) -> Choice:
    """Take all but those with few stars and those that are said to be no favourites: each costs again."""
    taken = tuple(pick for pick in picks.picks if _speaks_for_itself(pick))
    if not taken:
        hint = "--min-rating N takes those that are rated N or more"
        raise UsageError(
            f"no pick of {picks.document.file} is a favourite or rated {_GOOD} or more", hint=hint
        )
    what = "all" if len(taken) == len(picks.picks) else f"those not rated below {_GOOD}"
    reason = f"{what}, for none is marked as a favourite"
    return Choice(taken=taken, of=len(picks.picks), reason=reason)


def _speaks_for_itself(pick: Pick) -> bool:
    return pick.favourite is None if pick.rating is None else pick.rating >= _GOOD


def _rated(picks: Picks, min_rating: int) -> Choice:
    reason = f"rated {min_rating}" if min_rating == 5 else f"rated {min_rating} or more"
    taken = tuple(pick for pick in picks.picks if (pick.rating or 0) >= min_rating)
    if taken:
        return Choice(taken=taken, of=len(picks.picks), reason=f"those {reason}")
    best = max((pick.rating for pick in picks.picks if pick.rating), default=None)
    if best is None:
        hint = "without --min-rating the favourites are taken"
        raise UsageError(f"no pick of {picks.document.file} is rated", hint=hint)
    raise UsageError(f"no pick of {picks.document.file} is {reason}; the best is rated {best}")
