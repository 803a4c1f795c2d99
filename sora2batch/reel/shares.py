"""How a length is shared out among clips."""

from __future__ import annotations

from collections.abc import Sequence


def shared_out(total: int, lengths: Sequence[int | None]) -> list[int]:
    """Give each as much of the total as the others; what is too short for its share leaves it to them.

    Args:
        total: in frames; where all together are shorter, each is taken whole.
        lengths: of each, in frames; None for what may be as long as one likes.
    """
    shares = [0] * len(lengths)
    left = max(total, len(lengths))
    waiting = sorted(range(len(lengths)), key=lambda place: (_length(lengths[place]), place))
    for done, place in enumerate(waiting):
        fair = left // (len(waiting) - done)
        shares[place] = max(1, min(fair, int(_length(lengths[place])) if lengths[place] else fair))
        left -= shares[place]
    return shares


def _length(frames: int | None) -> float:
    return float("inf") if frames is None else frames
