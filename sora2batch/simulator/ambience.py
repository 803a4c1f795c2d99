"""The sound of a clip: a quiet hum that breathes, the same for the same length; nobody is to be startled."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator
from fractions import Fraction
from functools import cache

import av

RATE = 16_000
"""Samples a second, of one channel."""
_LOUDNESS = 0.02
"""-34 dB: it is heard where it is quiet."""
_TONES = (110.0, 165.0, 220.0)
"""Hertz, whole cycles in a second, so that seconds follow each other without a click."""
_PIECE = 1024
"""What the encoder takes at once."""


def ambience(seconds: float, *, is_silent: bool = False) -> Iterator[av.AudioFrame]:
    """Make the sound of a clip, piece by piece."""
    whole, count = bytes(2 * RATE) if is_silent else _second(), round(seconds * RATE)
    for start in range(0, count, _PIECE):
        length = min(_PIECE, count - start)
        at = 2 * (start % RATE)
        frame = av.AudioFrame(format="s16", layout="mono", samples=length)
        frame.planes[0].update((whole[at:] + whole)[: 2 * length].ljust(frame.planes[0].buffer_size, b"\0"))
        frame.sample_rate, frame.pts, frame.time_base = RATE, start, Fraction(1, RATE)
        yield frame


@cache
def _second() -> bytes:
    """One second of the hum, as 16-bit samples."""
    most = _LOUDNESS * 32767 / len(_TONES)
    return array("h", [round(most * _wave(number / RATE)) for number in range(RATE)]).tobytes()


def _wave(time: float) -> float:
    breath = 0.75 + 0.25 * math.sin(2 * math.pi * time)
    return breath * sum(math.sin(2 * math.pi * tone * time) for tone in _TONES)
