"""A clip's frames at a rate of our own: as many as are asked for, the last one held."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

from av import VideoFrame
from av.container import InputContainer
from av.video.stream import VideoStream

from sora2batch.reel.clip_facts import MOST_PIXELS, ClipFacts, pixel_aspect
from sora2batch.reel.fitter import Fitter
from sora2batch.reel.opened_clip import READ_ERRORS, decoded, opened_clip
from sora2batch.reel.pixel_size import Size
from sora2batch.reel.planar import Planes

_MICROSECONDS = 1_000_000
_EARLY = Fraction(1, 4)
"""Of a frame's time; clocks of files are rounded."""


class FrameReader:
    """Reads what a clip shows at *start*, a frame later, and so on."""

    def __init__(self, path: Path, facts: ClipFacts, *, box: Size, threads: int) -> None:
        self._path = path
        self._facts = facts
        self._box = box
        self._threads = threads

    def frames(self, start: Fraction, rate: Fraction, count: int) -> Iterator[Planes | None]:
        """Yield frames fitted into the box, the same object where nothing has changed.

        None where no frame can be read: a file that was whole when it was looked into may be damaged now.
        """
        shown: Planes | None = None
        told = 0
        with suppress(*READ_ERRORS), opened_clip(self._path) as container:
            stream = container.streams.video[0]
            fitter = Fitter(self._box, pixel_aspect(stream))
            for frame in self._chosen(container, stream, start, rate, count):
                shown = fitter.fit(frame) if frame else shown
                told += 1
                yield shown
        while told < count:
            told += 1
            yield shown

    def _chosen(
        self, container: InputContainer, stream: VideoStream, start: Fraction, rate: Fraction, count: int
    ) -> Iterator[VideoFrame | None]:
        """Choose for each moment the latest frame that is due; None where it is the one before."""
        stream.codec_context.thread_count = self._threads
        stream.thread_type = "AUTO"
        self._seek(container, start)
        frames = self._timed(container, stream)
        upcoming = next(frames, None)
        for index in range(count):
            due = start + (index + _EARLY) / rate
            chosen: VideoFrame | None = None
            while upcoming and (upcoming[0] <= due or (index == 0 and chosen is None)):
                chosen = upcoming[1]
                upcoming = next(frames, None)
            yield chosen

    def _seek(self, container: InputContainer, start: Fraction) -> None:
        """Go to the key frame before; a file that cannot be sought in is read from its beginning."""
        if start > 0 and not self._facts.is_still:
            latest = min(start, self._facts.seconds)
            with suppress(*READ_ERRORS):
                container.seek(int((self._facts.begins + latest) * _MICROSECONDS))

    def _timed(self, container: InputContainer, stream: VideoStream) -> Iterator[tuple[Fraction, VideoFrame]]:
        """Decode frames, each with the time at which it is shown."""
        now = Fraction(0)
        for frame in decoded(container, stream):
            if not isinstance(frame, VideoFrame) or frame.width * frame.height > MOST_PIXELS:
                continue
            if frame.pts is not None and frame.time_base:
                now = frame.pts * frame.time_base - self._facts.begins
            yield now, frame
            now += 1 / (self._facts.rate or Fraction(1))
