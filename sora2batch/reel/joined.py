"""Segments are joined into the reel as they are, and its sound is encoded beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av import AudioFrame, Packet
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.stream import VideoStream

from sora2batch.reel.edit_list import EditList, Segment
from sora2batch.reel.opened_clip import opened_clip, packets_of
from sora2batch.reel.sound_reader import CHANNELS, FORMAT, LAYOUT, RATE
from sora2batch.reel.soundtrack import soundtrack

_SOUND_BITS = 192_000
_OPTIONS = {"movflags": "+faststart", "fflags": "+bitexact"}
"""The index stands at the front, so that playing starts before all is there; no date is written."""


def write_joined(
    path: Path,
    edit: EditList,
    segments: Sequence[tuple[Segment, Path]],
    metadata: dict[str, str],
) -> None:
    """Write the reel.

    Raises:
        OSError: the disk refused, or a segment is gone.
    """
    with av.open(str(path.absolute()), "w", format="mp4", options=dict(_OPTIONS)) as container:
        container.metadata.update(metadata)
        video = _add_video(container, segments[0][1])
        sound = _Sound(container, edit) if edit.has_sound else None
        for begin, packet in _packets(edit, segments):
            if sound:
                sound.write_until(begin)
            packet.stream = video
            container.mux(packet)
        if sound:
            sound.write_rest()


def _add_video(container: OutputContainer, path: Path) -> VideoStream:
    with opened_clip(path) as first:
        video = container.add_stream_from_template(first.streams.video[0])
    assert isinstance(video, VideoStream)
    return video


def _packets(
    edit: EditList, segments: Sequence[tuple[Segment, Path]]
) -> Iterator[tuple[Fraction, Packet[Any]]]:
    """Read the segments one after the other, each packet with its time in the reel, in seconds."""
    at = 0
    for segment, path in segments:
        with opened_clip(path) as container:
            for packet in packets_of(container, container.streams.video[0]):
                base = packet.time_base
                offset = round(at / edit.format.rate / base)
                packet.pts = packet.dts = (packet.pts or 0) + offset
                yield packet.pts * base, packet
        at += segment.frames


class _Sound:
    """Encodes the soundtrack as far as it is needed."""

    def __init__(self, container: OutputContainer, edit: EditList) -> None:
        self._container = container
        self._stream: AudioStream = container.add_stream("aac", rate=RATE, layout=LAYOUT)
        self._stream.bit_rate = _SOUND_BITS
        self._blocks = soundtrack(edit)
        self._at = 0

    def write_until(self, seconds: Fraction) -> None:
        """Write what is heard up to a moment."""
        while self._at < seconds * RATE:
            block = next(self._blocks, None)
            if block is None:
                return
            self._write(block.tobytes())

    def write_rest(self) -> None:
        """Write what is left."""
        for block in self._blocks:
            self._write(block.tobytes())
        self._container.mux(self._stream.encode(None))

    def _write(self, data: bytes) -> None:
        frame = AudioFrame(format=FORMAT, layout=LAYOUT, samples=len(data) // (4 * CHANNELS))
        if not frame.samples:
            return
        frame.planes[0].update(data)
        frame.sample_rate, frame.pts, frame.time_base = RATE, self._at, Fraction(1, RATE)
        self._at += frame.samples
        self._container.mux(self._stream.encode(frame))
