"""Small grey pictures of frames: how long a clip is black, and how long nothing moves in it."""

from __future__ import annotations

from operator import sub

WIDTH, HEIGHT = 96, 54
"""What grain and block edges do is averaged away; a blink in a portrait is still seen."""
_DARK = 13
"""5 % of the way to white. ``blackdetect`` takes 10 %, but night scenes are darker than that in places."""
_DARK_SHARE = 0.99
_STILL_ON_AVERAGE = 0.3
"""Levels of 255; above the 0.001 of ``freezedetect``, since a key frame redraws what stands still."""
_STILL_ANYWHERE = 3
"""Levels; so that a small thing that moves in a still picture counts as movement."""
_LEAST_REST = 2.0
"""Seconds that nothing must move; as in ``freezedetect``."""
_IS_DARK = bytes(value <= _DARK for value in range(256))


class FrameMeter:
    """Hears of a frame now and then, in the order of time."""

    def __init__(self) -> None:
        self.black_seconds = 0.0
        self._rests = 0.0
        self._at: float | None = None
        self._was_black = False
        self._still: bytes | None = None
        self._still_since = 0.0
        self._leaves_out = False

    def leave_out(self) -> None:
        """Say that from here on there are frames in between that are not seen: a gap says nothing."""
        self._leaves_out = True

    def see(self, thumbnail: bytes, time: float) -> None:
        """Take a frame; it counts until the next one comes."""
        is_black = _is_black(thumbnail)
        if is_black or not self._leaves_out:
            self._pass(time)
        self._was_black = is_black
        if self._still is None or self._was_black or not _is_same(self._still, thumbnail):
            self._end_rest(time)
            self._still = None if self._was_black else thumbnail
            self._still_since = time
        self._at = time

    def end(self, time: float) -> None:
        """Say when the last frame ends."""
        if not self._leaves_out:
            self._pass(time)
        self._end_rest(time)
        self._still = None

    @property
    def frozen_seconds(self) -> float:
        """How long nothing moved, in rests of some length."""
        return self._rests

    def _pass(self, time: float) -> None:
        if self._was_black and self._at is not None:
            self.black_seconds += max(0.0, time - self._at)

    def _end_rest(self, time: float) -> None:
        until = self._at if self._leaves_out and self._at is not None else time
        rest = until - self._still_since
        if self._still is not None and rest >= _LEAST_REST:
            self._rests += rest


def _is_black(thumbnail: bytes) -> bool:
    return thumbnail.translate(_IS_DARK).count(1) >= len(thumbnail) * _DARK_SHARE


def _is_same(one: bytes, other: bytes) -> bool:
    """Compare with the first frame of a rest, not with the one before: a slow drift is movement."""
    changes: list[int] = list(map(abs, map(sub, one, other)))
    return max(changes) <= _STILL_ANYWHERE and sum(changes) <= _STILL_ON_AVERAGE * len(changes)
