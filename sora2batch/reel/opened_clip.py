"""A clip opened for reading: whatever it holds, it leads to no other file and to no crash."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import av
from av import Packet
from av.container import InputContainer
from av.error import FFmpegError
from av.stream import Stream

from sora2batch.ground.plainfile import open_plain_file

READ_ERRORS = (FFmpegError, OSError, ValueError, ArithmeticError)
"""The library's errors, the disk's, and PyAV's own about what makes no sense."""
_OPTIONS = {
    # A playlist in a clip's place must not lead to other files or to the network.
    "format_whitelist": "mov,matroska,webm,avi,gif,jpeg_pipe,png_pipe,webp_pipe,bmp_pipe",
    "protocol_whitelist": "none",
}
_BUFFER = 1 << 18
_MOST_ERRORS = 1000
"""Packets in a row that cannot be decoded; behind them nothing is expected any more."""


@contextmanager
def opened_clip(path: Path) -> Iterator[InputContainer]:
    """Open a clip or a picture; by its number, so that its name cannot choose how it is read.

    Raises:
        OSError: it cannot be opened, or is no plain file.
        FFmpegError, ValueError: it is no clip.
    """
    with (
        os.fdopen(open_plain_file(path), "rb") as file,
        av.open(
            file, "r", options=dict(_OPTIONS), metadata_errors="replace", buffer_size=_BUFFER
        ) as container,
    ):
        yield container


def packets_of(container: InputContainer, *streams: Stream) -> Iterator[Packet[Any]]:
    """Read packets up to the end, or to where a file is torn."""
    packets = container.demux(*streams)
    while True:
        try:
            packet = next(packets)
        except (StopIteration, *READ_ERRORS):
            return
        if packet.is_corrupt:
            return
        if packet.size:
            yield packet


def decoded(container: InputContainer, stream: Stream) -> Iterator[av.VideoFrame | av.AudioFrame]:
    """Decode up to the end, over what is damaged."""
    errors = 0
    for packet in packets_of(container, stream):
        try:
            frames = packet.decode()
        except READ_ERRORS:
            errors += 1
            if errors >= _MOST_ERRORS:
                return
            continue
        errors = 0
        yield from frames
    try:
        yield from stream.decode(None)  # type: ignore[attr-defined]  # of a video or an audio stream
    except READ_ERRORS:
        return
