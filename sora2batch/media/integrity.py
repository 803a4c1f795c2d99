"""Whether bytes are a whole video, picture or sound. A few hundred of them are read; nothing is decoded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO, TypeAlias, assert_never

from sora2batch.media.container.box import film_fault, picture_fault
from sora2batch.media.container.ebml import ebml_fault
from sora2batch.media.container.raster import bmp_fault, gif_fault, jpeg_fault, png_fault
from sora2batch.media.container.riff import riff_fault
from sora2batch.media.container.sound import ogg_fault, stream_fault
from sora2batch.media.container.window import Window
from sora2batch.media.sniff import HEAD_BYTES, Container, MediaType, sniff


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """It begins as media, but is not all there, or goes on as something else."""

    kind: MediaType
    reason: str
    """About the file as ``it``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoMedia:
    """It is something else: a web page, an error in words."""

    head: bytes
    """How it begins."""


Finding: TypeAlias = MediaType | Broken | NoMedia


def examine(stream: BinaryIO) -> Finding:
    """Look at a file that can be read at any place.

    Raises:
        OSError: it cannot be read.
    """
    file = Window(stream)
    head = file.at(0, HEAD_BYTES)
    kind = sniff(head)
    if kind is None:
        return NoMedia(head=head)
    reason = fault_of(file, kind)
    return kind if reason is None else Broken(kind=kind, reason=reason)


def fault_of(file: Window, kind: MediaType) -> str | None:
    """Say why a file of this kind is not all there, or goes on as something else.

    Raises:
        OSError: it cannot be read.
    """
    match kind.container:
        case Container.BOXES:
            return picture_fault(file) if kind.mime.startswith("image/") else film_fault(file)
        case Container.EBML:
            return ebml_fault(file)
        case Container.RIFF:
            return riff_fault(file)
        case Container.JPEG:
            return jpeg_fault(file)
        case Container.PNG:
            return png_fault(file)
        case Container.GIF:
            return gif_fault(file)
        case Container.BMP:
            return bmp_fault(file)
        case Container.OGG:
            return ogg_fault(file)
        case Container.STREAM:
            return stream_fault(file)
        case _:
            assert_never(kind.container)
