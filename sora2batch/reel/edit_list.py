"""An edit list as a value: which clip is seen where, from when and for how long; nothing is opened for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from sora2batch.reel.clip_facts import ClipFacts

LONGEST_SEGMENT = 10
"""Seconds that are encoded in one piece: what an interruption costs at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Footage:
    """A finished clip that can be in a reel."""

    key: str
    """Its job's."""
    path: Path
    labels: tuple[tuple[str, str], ...]
    """(axis, label), ``group`` and ``take`` included."""
    facts: ClipFacts


class Box(NamedTuple):
    """A part of the frame, in even pixels."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Placed:
    """A clip in its part of the frame."""

    footage: Footage
    box: Box


@dataclass(frozen=True, slots=True)
class Caption:
    """A text of a grid, in the middle of its box."""

    text: str
    box: Box


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What is seen between two cuts: one clip, or several in step."""

    title: str
    """Empty if there is none."""
    placed: tuple[Placed, ...]
    captions: tuple[Caption, ...] = ()
    title_box: Box | None = None
    """Where the title stands by itself; else it lies over the picture."""
    start: Fraction
    """Seconds into each of the clips; one that is shorter holds its last frame."""
    frames: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameFormat:
    """What every frame of a reel is."""

    width: int
    height: int
    rate: Fraction

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.width, self.height


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a reel that is encoded by itself, and lies within one scene."""

    scene: int
    """Its number."""
    first: int
    """A frame of the scene."""
    frames: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EditList:
    """A whole reel."""

    manifest: str
    format: FrameFormat
    scenes: tuple[Scene, ...]
    """*Shape*: never empty."""
    fade: int
    """Frames in which one scene goes over into the next."""
    has_sound: bool

    def fade_after(self, scene: int) -> int:
        """Count the frames that a scene shares with the next: no more than half of either."""
        if scene < 0 or scene + 1 >= len(self.scenes):
            return 0
        return min(self.fade, self.scenes[scene].frames // 2, self.scenes[scene + 1].frames // 2)

    @property
    def starts(self) -> tuple[int, ...]:
        """At which frame of the reel each scene begins."""
        starts, at = [], 0
        for number, scene in enumerate(self.scenes):
            starts.append(at)
            at += scene.frames - self.fade_after(number)
        return tuple(starts)

    @property
    def frames(self) -> int:
        """How long the reel is."""
        return self.starts[-1] + self.scenes[-1].frames

    @property
    def seconds(self) -> Fraction:
        """How long the reel is."""
        return self.frames / self.format.rate

    def segments(self) -> Iterator[Segment]:
        """Cut the reel into pieces that can be encoded one by one; what two scenes share is the later's."""
        longest = max(1, round(LONGEST_SEGMENT * self.format.rate))
        for number, scene in enumerate(self.scenes):
            own = scene.frames - self.fade_after(number)
            for first in range(0, own, longest):
                yield Segment(number, first, min(longest, own - first))


def footage_of(scenes: Sequence[Scene]) -> tuple[Footage, ...]:
    """Name every clip that is seen, once, in the order in which it is first seen."""
    found = {placed.footage.path: placed.footage for scene in scenes for placed in scene.placed}
    return tuple(found.values())
