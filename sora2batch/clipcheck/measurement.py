"""What is measured in a file: plain numbers, which rules then judge."""

from __future__ import annotations

from typing import NamedTuple


class FilmMeasurement(NamedTuple):
    """A clip."""

    width: int
    height: int
    """As it is shown: turned, if the file says so, and with square pixels."""
    promised_seconds: float | None
    """How long its header says that it is."""
    decoded_seconds: float
    """Up to the last frame that could be decoded."""
    black_seconds: float
    frozen_seconds: float
    """How long nothing moves, black excepted; shorter rests do not count."""
    frames: int
    """Packets of pictures that were decoded, or were to be."""
    bad_frames: int
    """Those of them that could not be."""
    peak: float | None
    """The loudest sample, 1 being the loudest there can be; None where there is no sound."""
    fault: str | None = None
    """Why it cannot be read on, in the decoder's words."""


class StillMeasurement(NamedTuple):
    """A picture."""

    width: int
    height: int
    colour: str | None = None
    """The one colour that all of it has, ``#00ff00``; None where there is more to see."""
    fault: str | None = None
    """Why it cannot be decoded."""
