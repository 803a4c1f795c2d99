"""A clip's sound as plain numbers: two channels, 48,000 times a second, silence where there is none."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

from av import AudioFrame, AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer

from sora2batch.reel.clip_facts import ClipFacts
from sora2batch.reel.opened_clip import READ_ERRORS, decoded, opened_clip

RATE = 48_000
CHANNELS = 2
LAYOUT = "stereo"
FORMAT = "flt"
"""Samples of both channels by turns, from -1 to 1."""
_RUN_UP = Fraction(1, 5)
"""Seconds that are decoded before a cut: coded sound needs what came before it."""
_MICROSECONDS = 1_000_000
_JUMP = RATE // 25
"""Samples; clocks of files are rounded, so only what is further off is a gap."""

Samples = array  # of floats


def sound_of(path: Path, facts: ClipFacts, start: Fraction, count: int) -> Iterator[Samples[float]]:
    """Yield *count* samples of both channels in blocks, from *start* seconds on."""
    told = 0
    if facts.has_sound:
        with suppress(*READ_ERRORS), opened_clip(path) as container:
            for block in _blocks(container, facts, start):
                part = block[: (count - told) * CHANNELS]
                told += len(part) // CHANNELS
                yield part
                if told >= count:
                    return
    yield from silence(count - told)


def silence(count: int) -> Iterator[Samples[float]]:
    """Yield so many samples of nothing, a second at a time."""
    while count > 0:
        length = min(count, RATE)
        count -= length
        yield array("f", bytes(4 * CHANNELS * length))


def _blocks(container: InputContainer, facts: ClipFacts, start: Fraction) -> Iterator[Samples[float]]:
    """Yield what is heard from the start on, without gaps."""
    stream = container.streams.audio[0]
    if start > _RUN_UP:
        with suppress(*READ_ERRORS):
            container.seek(int((facts.begins + start - _RUN_UP) * _MICROSECONDS))
    at = 0
    cursor: int | None = None
    for frame in _resampled(container, stream):
        begins = _place(frame, facts.begins + start)
        if cursor is None or (begins is not None and abs(begins - cursor) > _JUMP):
            cursor = begins or 0
        yield from silence(cursor - at)
        block = array("f")
        block.frombytes(bytes(frame.planes[0])[: 4 * CHANNELS * frame.samples])
        at = max(at, cursor)  # the silence was told
        yield block[(at - cursor) * CHANNELS :]
        cursor += frame.samples
        at = max(at, cursor)


def _resampled(container: InputContainer, stream: AudioStream) -> Iterator[AudioFrame]:
    resampler = AudioResampler(format=FORMAT, layout=LAYOUT, rate=RATE)
    for frame in decoded(container, stream):
        assert isinstance(frame, AudioFrame)
        yield from resampler.resample(frame)
    with suppress(*READ_ERRORS):
        yield from resampler.resample(None)


def _place(frame: AudioFrame, start: Fraction) -> int | None:
    if frame.pts is None or not frame.time_base:
        return None
    return round((frame.pts * frame.time_base - start) * RATE)
