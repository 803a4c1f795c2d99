"""What may be chosen about a reel, read from words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from sora2batch.ground.errors import UsageError

_CLOCK = re.compile(r"(?P<minutes>\d{1,3}):(?P<seconds>\d{1,2}(?:\.\d{1,3})?)", re.ASCII)
_UNITS = re.compile(r"(?:(?P<minutes>\d{1,3})m)?(?:(?P<seconds>\d{1,5}(?:\.\d{1,3})?)s?)?", re.ASCII)
_SIZE = re.compile(r"(?P<width>\d{2,4})\s*[xX]\s*(?P<height>\d{2,4})", re.ASCII)
_SMALLEST, _LARGEST = 64, 4096
_LONGEST = 24 * 3600


class Part(StrEnum):
    """Which part of a clip is taken when not all of it is."""

    START = "start"
    MIDDLE = "middle"
    END = "end"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReelSettings:
    """What was chosen."""

    length: Fraction | None = None
    """Seconds of the whole reel, at most; None for as long as the clips are."""
    each: Fraction | None = None
    """Seconds of each clip, at most."""
    stills: Fraction = Fraction(3)
    """Seconds for which a picture stands."""
    part: Part = Part.MIDDLE
    fade: Fraction = Fraction(0)
    """Seconds in which one clip goes over into the next; 0 is a cut."""
    titles: bool = True
    sound: bool = True
    size: tuple[int, int] | None = None
    """None for what suits the clips."""
    grid: tuple[str, ...] | None = None
    """Axes that are shown side by side: down and across, or across; None for one clip after the other."""


def read_seconds(text: str, option: str) -> Fraction:
    """Read ``30``, ``30s``, ``1m30s`` or ``1:30``.

    Raises:
        UsageError: it is no length of time, or longer than a day.
    """
    match = _CLOCK.fullmatch(text.strip()) or _UNITS.fullmatch(text.strip())
    if not match or not any(match.groups()):
        raise UsageError(f"{option} {text}: write it as 30s, 1m30s or 1:30")
    seconds = Fraction(match["seconds"] or 0) + 60 * int(match["minutes"] or 0)
    if seconds > _LONGEST:
        raise UsageError(f"{option} {text}: that is longer than a day")
    return seconds


def read_size(text: str) -> tuple[int, int]:
    """Read ``1920x1080``.

    Raises:
        UsageError: it is no size, or an odd or impossible one.
    """
    match = _SIZE.fullmatch(text.strip())
    if not match:
        raise UsageError(f"--size {text}: write it as 1920x1080")
    size = int(match["width"]), int(match["height"])
    if not all(_SMALLEST <= length <= _LARGEST and length % 2 == 0 for length in size):
        raise UsageError(f"--size {text}: width and height are even, from {_SMALLEST} to {_LARGEST}")
    return size
