"""The frames of a scene, put together: clips in their places, captions around them, a title over them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from sora2batch.reel.edit_list import Caption, EditList, Placed, Scene, Segment
from sora2batch.reel.frame_reader import FrameReader
from sora2batch.reel.frame_text import background, title_overlay
from sora2batch.reel.planar import Planes, blended

_THREADS = 2
"""Of the decoder of a clip that is seen alone."""


def segment_frames(edit: EditList, segment: Segment) -> Iterator[Planes]:
    """Make the frames of a segment; where the scene before is still to be seen, mixed with it."""
    scene = edit.scenes[segment.scene]
    frames = _scene_frames(edit, scene, segment.first, segment.frames)
    fade = edit.fade_after(segment.scene - 1)
    shared = max(0, min(fade - segment.first, segment.frames))
    if shared:
        before = edit.scenes[segment.scene - 1]
        leaving = _scene_frames(edit, before, before.frames - fade + segment.first, shared)
        for index, old in enumerate(leaving):
            yield blended(old, next(frames), (segment.first + index + 1) / (fade + 1))
    yield from frames


def _scene_frames(edit: EditList, scene: Scene, first: int, count: int) -> Iterator[Planes]:
    rate, size = edit.format.rate, edit.format.size
    aside = (Caption(scene.title, scene.title_box),) if scene.title and scene.title_box else ()
    empty = background(size, scene.captions + aside)
    title = title_overlay(scene.title, size) if scene.title and not aside else None
    threads = _THREADS if len(scene.placed) == 1 else 1
    start = scene.start + first / rate
    streams = [
        FrameReader(one.footage.path, one.footage.facts, box=one.box[2:], threads=threads).frames(
            start, rate, count
        )
        for one in scene.placed
    ]
    canvas = empty.copy()
    shown: list[Planes | None] = [None] * len(streams)
    drawn: Planes | None = None
    for now in islice(zip(*streams, strict=True), count):
        changed = [place for place, planes in enumerate(now) if planes is not shown[place]]
        if changed or drawn is None:
            for place in changed:
                _put(canvas, scene.placed[place], shown[place], now[place], empty)
            shown = list(now)
            drawn = canvas.copy()
            if title:
                title.lay_over(drawn)
        yield drawn


def _put(canvas: Planes, placed: Placed, before: Planes | None, now: Planes | None, empty: Planes) -> None:
    """Draw one clip's frame into the middle of its place."""
    if now is None:
        return
    box = placed.box
    if before is not None and before.size != now.size:
        canvas.paste(_part(empty, placed), (box.left, box.top), None)
    left = box.left + (box.width - now.size[0]) // 4 * 2
    top = box.top + (box.height - now.size[1]) // 4 * 2
    canvas.paste(now, (left, top), None)


def _part(planes: Planes, placed: Placed) -> Planes:
    left, top, width, height = placed.box
    half = (left // 2, top // 2, (left + width) // 2, (top + height) // 2)
    return Planes(
        planes.light.crop((left, top, left + width, top + height)),
        planes.blue.crop(half),
        planes.red.crop(half),
    )
