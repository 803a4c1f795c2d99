"""Which size and rate a reel has, where nobody says: those of most of its clips, at most 1080p at 60."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import gcd

from sora2batch.reel.edit_list import Footage
from sora2batch.reel.pixel_size import Size

_LONG, _SHORT = 1920, 1080
_ODD_RATE = Fraction(24)
"""Of pictures that stand still."""


def size_of_most(footage: Sequence[Footage]) -> Size:
    """Take the shape that most clips have, and of this shape the largest size."""
    shapes = Counter(_shape(one) for one in footage)
    most = shapes.most_common(1)[0][0]
    return max(
        ((one.facts.width, one.facts.height) for one in footage if _shape(one) == most),
        key=lambda size: size[0] * size[1],
    )


def size_for(footage: Sequence[Footage]) -> Size:
    """Choose the size of a reel's frames."""
    return bounded(size_of_most(footage))


def bounded(size: Size) -> Size:
    """Make a size even, and no larger than 1080p, lying or standing."""
    width, height = size
    most = (_LONG, _SHORT) if width >= height else (_SHORT, _LONG)
    scale = min(Fraction(1), Fraction(most[0], width), Fraction(most[1], height))
    return _even(width * scale), _even(height * scale)


def rate_for(footage: Iterable[Footage]) -> Fraction:
    """Choose the rate that most clips have; of two that as many have, the faster."""
    rates = Counter(one.facts.rate for one in footage if one.facts.rate)
    return max(rates, key=lambda rate: (rates[rate], rate), default=_ODD_RATE)


def _shape(one: Footage) -> Size:
    """Name a shape by small numbers; sizes that differ by a rounding have the same."""
    width, height = one.facts.width, one.facts.height
    simple = Fraction(width, height).limit_denominator(20)
    factor = gcd(simple.numerator, simple.denominator)
    return simple.numerator // factor, simple.denominator // factor


def _even(length: Fraction) -> int:
    return max(16, 2 * round(length / 2))
