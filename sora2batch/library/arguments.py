"""What scripts give, checked as the command line checks its options: much of it decides what is paid."""

from __future__ import annotations

from operator import index
from typing import SupportsIndex

from sora2batch.ground.errors import UsageError


def whole_number(name: str, given: object, *, least: int, most: int | None = None) -> int | None:
    """Read a whole number in its range, of whatever library; None is what is not said.

    Raises:
        UsageError: it is something else.
    """
    if given is None:
        return None
    if isinstance(given, SupportsIndex) and not isinstance(given, bool):
        number = index(given)
        if least <= number and (most is None or number <= most):
            return number
    wanted = f"from {least} on" if most is None else f"from {least} to {most:,}"
    raise UsageError(f"{name} is {given!r}, must be a whole number {wanted}")


def agreement(given: object) -> bool:
    """Read the word about money; no text or number counts for one.

    Raises:
        UsageError: it is neither True nor False.
    """
    if not isinstance(given, bool):
        raise UsageError(f"yes is {given!r}, must be True or False: it agrees to what a run costs")
    return given
