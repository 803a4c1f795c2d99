"""What a finished clip is: how large, how long, how fast, with or without sound."""

from __future__ import annotations

import os
from dataclasses import dataclass
from fractions import Fraction
from hashlib import file_digest
from pathlib import Path

import av
from av import VideoFrame
from av.container import InputContainer
from av.video.stream import VideoStream

from sora2batch.ground.plainfile import open_plain_file, reason
from sora2batch.reel.opened_clip import READ_ERRORS, decoded, opened_clip, packets_of

MOST_PIXELS = 40_000_000
_STANDARD_RATES = tuple(
    Fraction(*rate)
    for rate in (
        (12, 1), (15, 1), (24000, 1001), (24, 1), (25, 1), (30000, 1001), (30, 1), (48, 1), (50, 1),
        (60000, 1001), (60, 1),
    )
)  # fmt: skip
_NEARLY = Fraction(1, 2000)
"""How far a measured rate may be from a standard one that it stands for."""
_FASTEST = Fraction(60)
_SLOWEST = Fraction(1)
_UNKNOWN_RATE = Fraction(24)
_WHOLE = Fraction(9, 10)
"""Of its length: files are not exact about it."""
_LONGEST_FRAME = 5
"""Seconds; a file that says that a frame is shown for longer is not believed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipFacts:
    """A clip, or a picture, as it is shown."""

    sha256: str
    width: int
    """Upright, in square pixels."""
    height: int
    rate: Fraction | None
    """Frames a second; None for a picture that stands still."""
    begins: Fraction = Fraction(0)
    """When the first frame is shown, by the file's own clock."""
    seconds: Fraction = Fraction(0)
    """How long its picture can be read; 0 for a picture that stands still."""
    promised: Fraction = Fraction(0)
    """How long the file says that it is; 0 where it does not say."""
    has_sound: bool = False

    @property
    def is_torn(self) -> bool:
        """Tell whether much of it cannot be read."""
        return not self.is_still and self.seconds < self.promised * _WHOLE

    @property
    def is_still(self) -> bool:
        """Tell whether it is shown for as long as one likes."""
        return self.rate is None


@dataclass(frozen=True, slots=True)
class Unusable:
    """A file that cannot be in a reel."""

    reason: str


def examine_clip(path: Path) -> ClipFacts | Unusable:
    """Look into a file: its first frame is decoded, the rest only read."""
    try:
        with os.fdopen(open_plain_file(path), "rb") as file:
            sha256 = file_digest(file, "sha256").hexdigest()
        with opened_clip(path) as container:
            return _facts_of(container, sha256)
    except FileNotFoundError:
        return Unusable("its file is missing")
    except READ_ERRORS as error:
        is_of_the_disk = isinstance(error, OSError) and not isinstance(error, av.error.FFmpegError)
        return Unusable(
            f"it cannot be read: {reason(error)}" if is_of_the_disk else "it is no clip that plays"
        )


def _facts_of(container: InputContainer, sha256: str) -> ClipFacts | Unusable:
    if not container.streams.video:
        return Unusable("it has no picture")
    stream = container.streams.video[0]
    if stream.codec_context is None:  # PyAV's stubs think of known codecs only
        return Unusable("nothing here can decode it")  # type: ignore[unreachable]
    if not 0 < stream.width * stream.height <= MOST_PIXELS:
        return Unusable(f"its picture is {stream.width:,} x {stream.height:,} pixels")
    stream.codec_context.thread_count = 1
    first = next(decoded(container, stream), None)
    if not isinstance(first, VideoFrame):
        return Unusable("not one frame of it can be decoded")
    width, height = shown_size(first, stream)
    begins, seconds, count = _extent(container, stream)
    is_still = count <= 1
    return ClipFacts(
        sha256=sha256,
        width=width,
        height=height,
        rate=None if is_still else _rate_of(stream),
        begins=begins,
        seconds=Fraction(0) if is_still else seconds,
        promised=(stream.duration or 0) * (stream.time_base or Fraction(0)),
        has_sound=_has_sound(container),
    )


def shown_size(frame: VideoFrame, stream: VideoStream) -> tuple[int, int]:
    """Tell how large a frame is when it is upright and its pixels are square."""
    wide = pixel_aspect(stream) * frame.width
    width, height = max(1, round(wide)), frame.height
    return (height, width) if is_on_its_side(frame) else (width, height)


def pixel_aspect(stream: VideoStream) -> Fraction:
    """Tell how wide a pixel is for its height; what makes no sense is square."""
    aspect = stream.sample_aspect_ratio
    return aspect if aspect and Fraction(1, 8) <= aspect <= 8 else Fraction(1)


def is_on_its_side(frame: VideoFrame) -> bool:
    """Tell whether a frame has to be turned by a quarter to be upright, as telephones write them."""
    return round(frame.rotation / 90) % 2 == 1


def _rate_of(stream: VideoStream) -> Fraction:
    rate = stream.average_rate or stream.guessed_rate or _UNKNOWN_RATE
    nearest = min(_STANDARD_RATES, key=lambda one: abs(one - rate))
    if abs(nearest - rate) <= _NEARLY * rate:
        return nearest
    return max(_SLOWEST, min(_FASTEST, rate.limit_denominator(1001)))


def _extent(container: InputContainer, stream: VideoStream) -> tuple[Fraction, Fraction, int]:
    """Read all packets of the picture: when it begins, how long it lasts, how many there are."""
    container.seek(0)
    base = stream.time_base or Fraction(1, 1000)
    usual = 1 / _rate_of(stream)
    begins: Fraction | None = None
    end, count = Fraction(0), 0
    for packet in packets_of(container, stream):
        shown = packet.pts * base if packet.pts is not None else end
        begins = shown if begins is None else min(begins, shown)
        end = max(end, shown + (packet.duration * base if packet.duration else usual))
        count += 1
    if begins is None:
        return Fraction(0), Fraction(0), 0
    return begins, min(end - begins, Fraction(_LONGEST_FRAME * count)), count


def _has_sound(container: InputContainer) -> bool:
    return any(stream.codec_context is not None for stream in container.streams.audio)
