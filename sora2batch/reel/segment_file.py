"""A piece of the reel's picture as a file: it begins with a key frame, and is joined to others as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import av
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc
from av.video.stream import VideoStream

from sora2batch.reel.edit_list import FrameFormat
from sora2batch.reel.opened_clip import READ_ERRORS, opened_clip, packets_of
from sora2batch.reel.planar import Planes, frame_of

ENCODER = {
    "preset": "veryfast",
    "crf": "20",
    "bf": "0",  # frames are stored in the order in which they are shown, so that pieces fit without a gap
    "threads": "4",  # the bytes depend on it, so it is the same on every machine
    "x264-params": "stitchable=1",
}
_SECONDS_BETWEEN_KEY_FRAMES = 2


def write_segment(
    path: Path, frames: Iterator[Planes], form: FrameFormat, on_frame: Callable[[], None]
) -> None:
    """Encode frames into a file, one after the other.

    Raises:
        OSError: the disk refused.
    """
    with av.open(str(path.absolute()), "w", format="mp4", options={"fflags": "+bitexact"}) as container:
        options = ENCODER | {"g": str(max(1, round(_SECONDS_BETWEEN_KEY_FRAMES * form.rate)))}
        stream = container.add_stream("libx264", rate=form.rate, options=options)
        _describe(stream, form)
        for index, planes in enumerate(frames):
            frame = frame_of(planes)
            frame.pts, frame.time_base = index, 1 / form.rate
            frame.colorspace, frame.color_range = Colorspace.ITU709, ColorRange.MPEG
            container.mux(stream.encode(frame))
            on_frame()
        container.mux(stream.encode(None))


def is_whole(path: Path, frames: int) -> bool:
    """Tell whether a file is a segment of so many frames; it may be of a process that died."""
    try:
        with opened_clip(path) as container:
            return sum(1 for _ in packets_of(container, container.streams.video[0])) == frames
    except (*READ_ERRORS, IndexError):
        return False


def _describe(stream: VideoStream, form: FrameFormat) -> None:
    stream.width, stream.height = form.size
    stream.pix_fmt = "yuv420p"
    context = stream.codec_context
    context.time_base = 1 / form.rate
    context.colorspace, context.color_range = Colorspace.ITU709, ColorRange.MPEG
    context.color_primaries, context.color_trc = ColorPrimaries.BT709, ColorTrc.BT709
