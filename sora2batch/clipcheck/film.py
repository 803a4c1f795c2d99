"""A clip is measured: a few frames a second are decoded, small and grey, and sound until some is heard."""

from __future__ import annotations

from array import array
from contextlib import suppress
from errno import ENOMEM
from fractions import Fraction
from time import process_time
from typing import Any, BinaryIO, cast

import av
from av.container import InputContainer
from av.packet import Packet
from av.stream import Disposition

from sora2batch.clipcheck.clip_finding import UncheckableError
from sora2batch.clipcheck.measurement import FilmMeasurement
from sora2batch.clipcheck.thumbnail import HEIGHT, WIDTH, FrameMeter
from sora2batch.ground.text import one_line

_SECONDS_BETWEEN_LOOKS = 0.25
_MOST_STREAMS = 32
_MOST_PIXELS = 40_000_000
"""8K is 33 million; a frame of it takes 50 MB, and a decoder keeps up to 16."""
_FULL_SECONDS = 2.0
"""Seconds of a processor after which only key frames are decoded: 15 s of 1080p take 0.7."""
_MOST_SECONDS = 8.0
"""Seconds of a processor after which nothing is said of a file."""
_LOUD = 0.001
_FULL_SCALE = 32768
_REASON_ROOM = 120
_OPTIONS = {
    # Formats that lead to other files and to the network, as playlists do, are none of these.
    "format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,gif,image2,png_pipe,webp_pipe",
    "protocol_whitelist": "file",
    "probesize": "5000000",
    "analyzeduration": "3000000",
    "max_streams": str(_MOST_STREAMS),
}


def measure_film(stream: BinaryIO) -> FilmMeasurement:
    """Decode a sample of a clip.

    Raises:
        UncheckableError: it asks for too much.
    """
    started = process_time()
    try:
        container = av.open(stream, "r", options=dict(_OPTIONS), metadata_errors="ignore")
    except (av.FFmpegError, ValueError) as error:
        return _nothing(_told(error))
    with container:
        if len(container.streams) > _MOST_STREAMS:
            raise UncheckableError(f"it has {len(container.streams):,} streams")
        film = next((one for one in container.streams.video if not _is_cover(one)), None)
        return (
            _nothing("there is no picture in it") if film is None else _Film(container, film, started).run()
        )


def _nothing(fault: str) -> FilmMeasurement:
    return FilmMeasurement(0, 0, None, 0.0, 0.0, 0.0, 0, 0, None, fault)


def _is_cover(stream: av.VideoStream) -> bool:
    return bool(stream.disposition & Disposition.attached_pic)


def _told(error: Exception) -> str:
    """Keep the decoder's words, which name no path: it was given a stream.

    Raises:
        MemoryError: it is not the file's fault.
    """
    if getattr(error, "errno", None) == ENOMEM:
        raise MemoryError from error
    strerror = getattr(error, "strerror", None)
    return one_line(str(strerror or error), _REASON_ROOM)


class _Film:
    """One clip on its way through the decoders."""

    def __init__(self, container: InputContainer, film: av.VideoStream, started: float) -> None:
        self._container = container
        self._film = film
        self._sound = next((one for one in container.streams.audio if one.codec_context), None)
        self._started = started
        self._meter = FrameMeter()
        self._frames = self._bad_frames = self._shown = 0
        self._first: float | None = None
        self._last = self._next_look = 0.0
        self._size = _size_of(film)
        self._turn = 0
        self._peak = 0.0
        self._resampler: av.AudioResampler | None = None
        self._knows_all_frames = True
        self._fault: str | None = None

    def run(self) -> FilmMeasurement:
        self._prepare()
        try:
            for packet in self._container.demux([one for one in (self._film, self._sound) if one]):
                self._check_time()
                if packet.stream.type == "video":
                    self._see(packet)
                else:
                    self._hear(packet)
        except av.FFmpegError as error:
            self._fault = _told(error)
            self._bad_frames += 1
        first = self._first or 0.0
        self._meter.end(self._last)
        width, height = self._size[::-1] if self._turn % 180 else self._size
        return FilmMeasurement(
            width=width,
            height=height,
            promised_seconds=self._promised(),
            decoded_seconds=max(0.0, self._last - first),
            black_seconds=self._meter.black_seconds,
            frozen_seconds=self._meter.frozen_seconds,
            frames=self._frames if self._shown else 0,
            bad_frames=self._bad_frames,
            peak=None if self._sound is None else self._peak,
            fault=self._fault,
        )

    def _prepare(self) -> None:
        context = self._film.codec_context
        context.thread_count = 1  # the others of this machine are at work
        # What no later frame is made from, and what smooths block edges, is not seen in a thumbnail.
        context.skip_frame = "NONREF"
        context.options = {"skip_loop_filter": "all"}

    def _promised(self) -> float | None:
        if self._film.duration and self._film.time_base:
            return _seconds(self._film.duration, self._film.time_base)
        return self._container.duration / av.time_base if self._container.duration else None

    def _check_time(self) -> None:
        spent = process_time() - self._started
        if spent > _MOST_SECONDS:
            raise UncheckableError("it takes too long to decode")
        if spent > _FULL_SECONDS and self._knows_all_frames:
            self._knows_all_frames = False
            self._meter.leave_out()
            self._film.codec_context.skip_frame = "NONKEY"

    def _see(self, packet: Packet[Any]) -> None:
        self._frames += bool(packet.size)
        if not self._knows_all_frames and packet.pts is not None and packet.time_base:
            self._note_end(_seconds(packet.pts + (packet.duration or 0), packet.time_base))
        try:
            frames = packet.decode()
        except av.FFmpegError as error:
            self._bad_frames += 1
            self._fault = _told(error)
            return
        for frame in frames:
            self._look_at(frame)

    def _look_at(self, frame: av.VideoFrame) -> None:
        if frame.width * frame.height > _MOST_PIXELS:
            raise UncheckableError(f"its frames have {frame.width:,} by {frame.height:,} pixels")
        self._shown += 1
        self._bad_frames += frame.is_corrupt
        time: float | None = frame.time
        now = self._last if time is None else time
        self._first = now if self._first is None else min(self._first, now)
        if now >= self._next_look or self._shown == 1:
            if self._shown == 1:
                self._turn = int(frame.rotation)
            self._next_look = now + _SECONDS_BETWEEN_LOOKS
            self._meter.see(_thumbnail_of(frame), now)
        rate = self._film.average_rate
        self._note_end(now + (float(1 / rate) if rate else 0.0))

    def _note_end(self, seconds: float) -> None:
        self._last = max(self._last, seconds)

    def _hear(self, packet: Packet[Any]) -> None:
        """Decode sound until some is heard; whether it ends well is not asked."""
        if self._peak > _LOUD:
            return
        with suppress(av.FFmpegError, ValueError):
            for frame in packet.decode():
                self._peak = max(self._peak, self._loudest(cast("av.AudioFrame", frame)))

    def _loudest(self, frame: av.AudioFrame) -> float:
        """Find the loudest sample of all channels; mixed into one they could cancel each other out."""
        if self._resampler is None:
            self._resampler = av.AudioResampler(format="s16")
        peak = 0
        for one in self._resampler.resample(frame):
            samples = array("h", bytes(one.planes[0])[: 2 * one.samples * one.layout.nb_channels])
            peak = max(peak, max(samples, default=0), -min(samples, default=0))
        return peak / _FULL_SCALE


def _size_of(film: av.VideoStream) -> tuple[int, int]:
    """Tell the size as it is shown, with square pixels.

    Raises:
        UncheckableError: nobody means a clip of that size.
    """
    context = film.codec_context
    if context is None:  # PyAV's stubs think of known codecs only
        raise UncheckableError("nothing here can decode it")
    width, height = context.width, context.height
    if width * height > _MOST_PIXELS:
        raise UncheckableError(f"it says that it has {width:,} by {height:,} pixels")
    ratio = film.sample_aspect_ratio or Fraction(1)
    return (round(width * ratio), height) if 0 < ratio < 100 else (width, height)


def _thumbnail_of(frame: av.VideoFrame) -> bytes:
    small = frame.reformat(width=WIDTH, height=HEIGHT, format="gray8", interpolation="AREA")
    plane = small.planes[0]
    data, step = bytes(plane), plane.line_size
    return data if step == WIDTH else b"".join(data[at : at + WIDTH] for at in range(0, step * HEIGHT, step))


def _seconds(count: int, time_base: Fraction) -> float:
    return float(count * time_base)
