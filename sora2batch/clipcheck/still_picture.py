"""A picture is measured: decoded to its end, and looked at whether there is anything to see."""

from __future__ import annotations

import warnings
from typing import BinaryIO

from PIL import Image, ImageFile, UnidentifiedImageError

from sora2batch.clipcheck.clip_finding import UncheckableError
from sora2batch.clipcheck.measurement import StillMeasurement
from sora2batch.ground.text import one_line

_FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "GIF", "BMP")
_MOST_PIXELS = 100_000_000
_SIZE = (96, 96)
_ONE_COLOUR = 2
"""Levels between the darkest and the lightest place; so little nobody sees."""
_ORIENTATION = 0x0112
_LYING = frozenset({5, 6, 7, 8})
_REASON_ROOM = 120


def measure_still(stream: BinaryIO) -> StillMeasurement:
    """Decode a picture.

    Raises:
        UncheckableError: it asks for too much.
    """
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            picture = Image.open(stream, formats=_FORMATS)
        except UnidentifiedImageError:
            return StillMeasurement(0, 0, fault="it is no picture")
        except Image.DecompressionBombError as error:
            raise UncheckableError("it says that it has too many pixels") from error
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a reader of a stranger's bytes stumbles over
            return StillMeasurement(0, 0, fault=_words(error))
        return _measured(picture)


def _measured(picture: Image.Image) -> StillMeasurement:
    width, height = picture.size
    if width * height > _MOST_PIXELS:
        raise UncheckableError(f"it says that it has {width:,} by {height:,} pixels")
    if _is_lying(picture):
        width, height = height, width
    try:
        picture.load()
        colour = _one_colour(picture)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - as above
        return StillMeasurement(width, height, fault=_words(error))
    return StillMeasurement(width, height, colour)


def _one_colour(picture: Image.Image) -> str | None:
    """Name the one colour of a picture; what is seen through counts as a colour, too."""
    small = picture.convert("RGBA").resize(_SIZE, Image.Resampling.BOX)
    extremes = [band.getextrema() for band in small.split()]
    if any(high - low > _ONE_COLOUR for low, high in extremes):  # type: ignore[operator] # numbers, of one band
        return None
    red, green, blue, _ = (int(low) for low, _ in extremes)  # type: ignore[arg-type] # as above
    return f"#{red:02x}{green:02x}{blue:02x}"


def _is_lying(picture: Image.Image) -> bool:
    try:
        return picture.getexif().get(_ORIENTATION) in _LYING
    except Exception:  # noqa: BLE001 - as above
        return False


def _words(error: Exception) -> str:
    return one_line(str(error), _REASON_ROOM) or type(error).__name__
