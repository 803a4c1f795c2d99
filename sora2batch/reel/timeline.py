"""Clips become an edit list: how long each is seen, which part of it, and in which place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from sora2batch.ground.errors import UsageError
from sora2batch.ground.text import counted
from sora2batch.reel.edit_list import Box, EditList, Footage, FrameFormat, Placed, Scene
from sora2batch.reel.format_choice import rate_for, size_for
from sora2batch.reel.grid_scenes import grids_of
from sora2batch.reel.reel_settings import Part, ReelSettings
from sora2batch.reel.scene_title import Titles
from sora2batch.reel.shares import shared_out

_SHORTEST = Fraction(1, 4)
"""Seconds; what is seen for less is not seen."""
_SHARE_BEFORE = {Part.START: Fraction(0), Part.MIDDLE: Fraction(1, 2), Part.END: Fraction(1)}
"""How much of what is not seen comes before what is."""


def make_edit_list(manifest: str, footage: Sequence[Footage], settings: ReelSettings) -> EditList:
    """Lay out a reel; the same clips and settings give the same list.

    Args:
        manifest: its file name.
        footage: at least one clip, in the order in which they are to be seen.
        settings: what was chosen.

    Raises:
        UsageError: the grid has no such axis or too many places, or a clip would hardly be seen.
    """
    rate = rate_for(footage)
    if settings.grid is None:
        size = settings.size or size_for(footage)
        scenes = _one_by_one(footage, size, settings)
    else:
        size, scenes = grids_of(footage, settings)
    lengths = _lengths(scenes, rate, settings)
    return EditList(
        manifest=manifest,
        format=FrameFormat(width=size[0], height=size[1], rate=rate),
        scenes=tuple(
            _timed(scene, frames, rate, settings) for scene, frames in zip(scenes, lengths, strict=True)
        ),
        fade=_frames(settings.fade, rate) if settings.fade else 0,
        has_sound=settings.sound and any(one.facts.has_sound for one in footage),
    )


def _one_by_one(footage: Sequence[Footage], size: tuple[int, int], settings: ReelSettings) -> list[Scene]:
    titles = Titles(footage) if settings.titles else None
    whole = Box(0, 0, *size)
    return [
        Scene(
            title=titles.of(one) if titles else "",
            placed=(Placed(one, whole),),
            start=Fraction(0),
            frames=0,
        )
        for one in footage
    ]


def _lengths(scenes: Sequence[Scene], rate: Fraction, settings: ReelSettings) -> list[int]:
    """Say how many frames of each scene are seen."""
    natural = [_natural(scene, rate, settings) for scene in scenes]
    if settings.each is not None:
        wanted = _frames(settings.each, rate)
        natural = [wanted if one is None else min(one, wanted) for one in natural]
    stills = _frames(settings.stills, rate)
    if settings.length is None:
        return [stills if one is None else one for one in natural]
    shared = _frames(settings.fade, rate) * (len(scenes) - 1) if settings.fade else 0
    total = _frames(settings.length, rate) + shared
    if Fraction(total, len(scenes)) < _SHORTEST * rate:
        needed = float(len(scenes) * _SHORTEST - shared / rate)
        raise UsageError(
            f"{counted(len(scenes), 'clip')} in {float(settings.length):g} s: none would be seen",
            hint=f"--length {max(1, round(needed + 0.5))}s or more, or choose fewer with --select or --where",
        )
    return shared_out(total, natural)


def _natural(scene: Scene, rate: Fraction, settings: ReelSettings) -> int | None:
    """Count the frames of the longest clip; None where only pictures stand still, and no time is set."""
    seconds = max((placed.footage.facts.seconds for placed in scene.placed), default=Fraction(0))
    moves = any(not placed.footage.facts.is_still for placed in scene.placed)
    if not moves:
        return None if settings.each or settings.length else _frames(settings.stills, rate)
    return _frames(seconds, rate)


def _timed(scene: Scene, frames: int, rate: Fraction, settings: ReelSettings) -> Scene:
    seconds = max(placed.footage.facts.seconds for placed in scene.placed)
    spare = max(Fraction(0), seconds - frames / rate)
    start = _SHARE_BEFORE[settings.part] * spare
    return replace(scene, start=start, frames=frames)


def _frames(seconds: Fraction, rate: Fraction) -> int:
    return max(1, round(seconds * rate))
