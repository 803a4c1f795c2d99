from __future__ import annotations

from typing import NamedTuple

import pytest

from sora2batch.ground.checked import checked


def _positive(pair):
    if pair.left < 0:
        raise ValueError("negative")
    return pair if pair.right >= pair.left else pair._replace(right=pair.left)


@checked(_positive)
class Pair(NamedTuple):
    left: int
    right: int = 0


@pytest.mark.parametrize(
    "made",
    [
        lambda: Pair(3),
        lambda: Pair(left=3, right=1),
        lambda: Pair._make((3, 2)),
        lambda: Pair(1, 1)._replace(left=3),
    ],
)
def test_every_way_to_make_one_passes_the_check(made):
    assert made() == Pair(3, 3)
    assert type(made()) is Pair
    assert repr(made()) == "Pair(left=3, right=3)"


@pytest.mark.parametrize(
    "make", [lambda: Pair(-1), lambda: Pair._make((-1, 2)), lambda: Pair(1)._replace(left=-1)]
)
def test_what_the_check_refuses_is_not_made(make):
    with pytest.raises(ValueError, match="negative"):
        make()
