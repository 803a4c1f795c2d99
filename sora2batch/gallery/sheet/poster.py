"""One frame that stands for a clip; of a picture, the picture."""

from __future__ import annotations

import os
from collections.abc import Iterator
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import av
from av import VideoFrame
from av.error import FFmpegError
from PIL import Image

_SHARE = 0.4
"""How far into a clip its poster is looked for: titles and fades are over, the action is not."""
_MOST_PIXELS = 50_000_000
_FLAT = 24
"""A frame whose brightness differs by less than this, of 255, shows nothing."""
_MOST_FRAMES = 48
"""How many frames are looked at for one that shows something."""
_OPTIONS = {
    # A playlist in a clip's place must not lead to other files or to the network.
    "format_whitelist": "mov,matroska,webm,avi,gif,jpeg_pipe,png_pipe,webp_pipe",
    "protocol_whitelist": "none",
}


class NoPoster(StrEnum):
    """Why there is no picture of a file."""

    MISSING = "missing"
    BROKEN = "broken"


def read_poster(path: Path, box: tuple[int, int]) -> Image.Image | NoPoster:
    """Take one frame of a clip or a picture, made to fit into a box with its own aspect ratio.

    The same file and box give the same pixels. What cannot be shown is told, not raised.
    """
    try:
        if not path.is_file():
            return NoPoster.MISSING
        # By its number, so that the file's name cannot choose how it is read.
        with open(os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0)), "rb") as file:  # noqa: PTH123
            return _read(file, box) or NoPoster.BROKEN
    except (FFmpegError, OSError, ValueError):  # the library's errors, the disk's, and PyAV's own
        return NoPoster.BROKEN


def _read(file: BinaryIO, box: tuple[int, int]) -> Image.Image | None:
    with av.open(file, "r", options=dict(_OPTIONS)) as container:
        if not container.streams.video:
            return None
        stream = container.streams.video[0]
        if stream.codec_context is None:  # nobody here can decode it, and PyAV does not know its size
            return None  # type: ignore[unreachable]  # PyAV's stubs think of sound clips only
        if not 0 < stream.width * stream.height <= _MOST_PIXELS:
            return None
        stream.codec_context.thread_count = 1
        if container.duration:
            # To the last key frame before; a still picture has no duration.
            container.seek(int(container.duration * _SHARE))
        frames = islice(container.decode(stream), _MOST_FRAMES)
        image = _first_with_content(_image_of(frame) for frame in frames)
    return None if image is None else _fitted(image, box)


def _image_of(frame: VideoFrame) -> Image.Image:
    image: Image.Image = frame.to_image()  # type: ignore[no-untyped-call]  # PyAV's stubs leave it open
    # Telephones write pictures as their sensor lies, and beside them how they were held.
    return image.rotate(frame.rotation, expand=True) if frame.rotation else image


def _first_with_content(images: Iterator[Image.Image]) -> Image.Image | None:
    first: Image.Image | None = None
    for image in images:
        if _shows_something(image):
            return image
        first = first or image
    return first


def _shows_something(image: Image.Image) -> bool:
    low, high = image.convert("L").resize((16, 16)).getextrema()
    assert isinstance(low, int | float)
    assert isinstance(high, int | float)
    return high - low >= _FLAT


def _fitted(image: Image.Image, box: tuple[int, int]) -> Image.Image:
    scale = min(box[0] / image.width, box[1] / image.height)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, Image.Resampling.LANCZOS)
