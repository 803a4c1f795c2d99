"""How large a picture is shown, read off its header; nothing is decoded."""

from __future__ import annotations

import warnings
from threading import Lock
from typing import BinaryIO

from PIL import Image
from PIL.AvifImagePlugin import AvifImageFile
from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from sora2batch.media.facts import MediaError
from sora2batch.media.sniff import AVIF, BMP, GIF, JPEG, PNG, WEBP, MediaType

MOST_PIXELS = 178_956_970
"""What Pillow calls a bomb: decoded it has half a gibibyte."""
# By its class and not by Image.open: that would try other formats, and warn of large pictures.
READERS: dict[MediaType, type[ImageFile]] = {
    AVIF: AvifImageFile,
    BMP: BmpImageFile,
    GIF: GifImageFile,
    JPEG: JpegImageFile,
    PNG: PngImageFile,
    WEBP: WebPImageFile,
}
_ORIENTATION = 0x0112
_LYING = frozenset({5, 6, 7, 8})
"""Orientations by which width and height change places."""
_ONE_AT_A_TIME = Lock()
"""Warnings are silenced for the whole process."""


def measure(stream: BinaryIO, kind: MediaType) -> tuple[int, int]:
    """Tell width and height as a browser shows the picture: EXIF may say that it stands on its side.

    Raises:
        MediaError: its header cannot be read, or promises more than anybody means.
    """
    stream.seek(0)
    with _ONE_AT_A_TIME, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        width, height = _size_of(stream, READERS[kind])
    if width < 1 or height < 1:
        raise _unmeasurable("it has no pixels")
    if width * height > MOST_PIXELS:
        raise _unmeasurable(f"it says that it has {width:,} by {height:,} pixels")
    return width, height


def _size_of(stream: BinaryIO, reader: type[ImageFile]) -> tuple[int, int]:
    try:
        picture = reader(stream)
        width, height = picture.size
        exif = picture.info.get("exif")
    except MemoryError:
        raise _unmeasurable("its header asks for more memory than there is") from None
    except Exception as error:  # whatever a reader of a stranger's bytes stumbles over
        raise _unmeasurable(_reason(error)) from error
    return (height, width) if exif and _orientation(exif) in _LYING else (width, height)


def _orientation(exif: bytes) -> object:
    """Read the orientation; what cannot be read turns nothing."""
    try:
        found = Image.Exif()
        found.load(exif)
        return found.get(_ORIENTATION)
    except Exception:  # noqa: BLE001 - whatever a reader of a stranger's bytes stumbles over
        return None


def _reason(error: Exception) -> str:
    words = " ".join(str(error).split())
    return words[:120] if words.isprintable() and words else "its header makes no sense"


def _unmeasurable(reason: str) -> MediaError:
    return MediaError(f"is a picture that cannot be measured: {reason}")
