"""The sound of a whole reel in one pass: each scene's, faded at its ends so that no cut clicks."""

from __future__ import annotations

from array import array
from collections.abc import Iterator

from sora2batch.reel.edit_list import EditList, Scene
from sora2batch.reel.sound_reader import CHANNELS, RATE, Samples, silence, sound_of

_RAMP = RATE // 200
"""Samples of a fade at a cut."""


def soundtrack(edit: EditList) -> Iterator[Samples[float]]:
    """Yield the sound in blocks, exactly as long as the picture."""
    places = [
        (_sample(edit, at), _sample(edit, at + scene.frames))
        for at, scene in zip(edit.starts, edit.scenes, strict=True)
    ]
    leaving: Samples[float] = array("f")
    for number, (scene, (begin, end)) in enumerate(zip(edit.scenes, places, strict=True)):
        shared = end - places[number + 1][0] if number + 1 < len(places) else 0
        arriving = len(leaving) // CHANNELS
        blocks = _faded(_sound_of(scene, end - begin), end - begin, max(arriving, _RAMP), max(shared, _RAMP))
        body, leaving_next = end - begin - shared, array("f")
        at = 0
        for block in blocks:
            if at < arriving:
                _add(block, leaving[at * CHANNELS :])
            cut = max(0, body - at) * CHANNELS
            if cut:
                yield block[:cut]
            leaving_next.extend(block[cut:])
            at += len(block) // CHANNELS
        leaving = leaving_next


def _sound_of(scene: Scene, count: int) -> Iterator[Samples[float]]:
    """Take the sound of the first clip that has any."""
    for placed in scene.placed:
        if placed.footage.facts.has_sound:
            return sound_of(placed.footage.path, placed.footage.facts, scene.start, count)
    return silence(count)


def _faded(blocks: Iterator[Samples[float]], count: int, rise: int, fall: int) -> Iterator[Samples[float]]:
    """Let a sound begin and end in silence."""
    at = 0
    for block in blocks:
        length = len(block) // CHANNELS
        for index in (*range(max(0, min(length, rise - at))), *range(max(0, count - fall - at), length)):
            place = at + index
            gain = min(1.0, (place + 0.5) / rise, (count - place - 0.5) / fall)
            for channel in range(index * CHANNELS, (index + 1) * CHANNELS):
                block[channel] *= gain
        at += length
        yield block


def _add(block: Samples[float], other: Samples[float]) -> None:
    for index in range(min(len(block), len(other))):
        block[index] += other[index]


def _sample(edit: EditList, frame: int) -> int:
    return round(frame / edit.format.rate * RATE)
